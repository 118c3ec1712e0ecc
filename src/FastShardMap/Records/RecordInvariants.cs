using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>Checks the record memory of a shard. For tests and tools. The caller owns the shard's lock.</summary>
internal sealed unsafe class RecordInvariants(nint heapAddress, HashSeed seed)
{
    private readonly List<(nint Start, nint End, string What)> _records = [];
    private readonly Dictionary<nint, long> _large = [];
    private readonly List<string> _violations = [];
    private long _liveBytes;
    private long _freeBytes;
    private long _limboBytes;

    private RecordHeap* Heap => (RecordHeap*)heapAddress;

    /// <summary>Adds a key of a slot.</summary>
    public void AddStored(RecordKey stored)
    {
        if (!stored.IsLong)
        {
            return;
        }

        _liveBytes += Add(stored, "live");
        CheckHash(stored);
    }

    /// <summary>Adds a key and a value of any length of a slot.</summary>
    public void AddStored(RecordKey key, BlobRef blob)
    {
        long bytes = BlobStore<RecordKey, BlobRef>.BytesOf(key, blob);
        byte* record = BlobStore<RecordKey, BlobRef>.RecordOf(key, blob);
        if (RecordMemory.IsLarge(bytes))
        {
            Expect(
                _large.TryAdd((nint)record - LargeRecord.HeadBytes, RecordMemory.LargeBytesOf(bytes)),
                $"the large record at {(nint)record:x} has two slots");
        }
        else if (bytes != 0)
        {
            _liveBytes += Add(record, RecordSize.ClassOf((int)bytes), "live");
        }

        Expect(
            (ulong)blob.Version <= Heap->ValueVersion && blob.Version != 0,
            $"a value has version {blob.Version}, the newest one is {Heap->ValueVersion}");
        if (key.IsLong)
        {
            CheckHash(key);
        }
    }

    /// <summary>Checks everything.</summary>
    /// <returns>A description of each violation; empty if there is none.</returns>
    public IReadOnlyList<string> Find()
    {
        for (int sizeClass = 0; sizeClass < RecordSize.Classes; sizeClass++)
        {
            for (byte* free = (byte*)Heap->Free[sizeClass]; free is not null; free = (byte*)*(ulong*)free)
            {
                _freeBytes += Add(free, sizeClass, "free");
            }
        }

        AddLimbo(Heap->Draining);
        for (RecordEpoch* epoch = Heap->Newest; epoch is not null; epoch = epoch->Older)
        {
            AddLimbo(epoch->Limbo);
        }

        CheckPlaces();
        CheckLarge();
        Expect(_liveBytes == Heap->LiveBytes, $"live bytes {Heap->LiveBytes}, the keys have {_liveBytes}");
        Expect(_freeBytes == Heap->FreeBytes, $"free bytes {Heap->FreeBytes}, the lists have {_freeBytes}");
        Expect(_limboBytes == Heap->LimboBytes, $"limbo bytes {Heap->LimboBytes}, the chunks have {_limboBytes}");
        return _violations;
    }

    private void CheckHash(RecordKey stored)
    {
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        Expect(
            KeyBytes.Present(stored.Address, stored.LongLength, buffer, seed).LongHash == stored.LongHash,
            $"the record at {(nint)stored.Address:x} does not have the hash of its key");
    }

    private void CheckLarge()
    {
        long bytes = 0;
        int count = 0;
        LargeRecord* previous = null;
        for (LargeRecord* large = Heap->LargeRecords; large is not null; large = large->Next)
        {
            bytes += large->Bytes;
            count++;
            Expect(large->Previous == previous, $"the link back of the large record at {(nint)large:x} is wrong");
            Expect(
                _large.TryGetValue((nint)large, out long expected) && expected == large->Bytes,
                $"the large record at {(nint)large:x} has no slot of its length");
            previous = large;
        }

        Expect(count == _large.Count, $"{count} large records are listed, and {_large.Count} have slots");
        Expect(bytes == Heap->LargeBytes, $"large bytes {Heap->LargeBytes}, the list has {bytes}");
    }

    private void AddLimbo(LimboChunk* chunk)
    {
        for (; chunk is not null; chunk = chunk->Next)
        {
            _limboBytes += Add((byte*)chunk, RecordSize.ClassOf(LimboChunk.Bytes), "chunk");
            for (int i = 0; i < chunk->Count; i++)
            {
                _limboBytes += Add(new RecordKey(0, chunk->Records[i]), "released");
            }
        }
    }

    private int Add(RecordKey key, string what) => Add(key.Address, RecordSize.ClassOf(key.LongLength), what);

    private int Add(byte* record, int sizeClass, string what)
    {
        int bytes = RecordSize.BytesOf(sizeClass);
        _records.Add(((nint)record, (nint)record + bytes, what));
        return bytes;
    }

    private void CheckPlaces()
    {
        List<(nint Start, nint End)> segments = [];
        long bytes = AddSegments(Heap->Segments, segments);
        Expect(bytes == Heap->SegmentBytes, $"segment bytes {Heap->SegmentBytes}, the list has {bytes}");
        bytes = AddSegments(Heap->OldSegments, segments);
        Expect(bytes == Heap->OldSegmentBytes, $"old segment bytes {Heap->OldSegmentBytes}, the list has {bytes}");
        segments.Sort();
        _records.Sort();
        nint end = 0;
        foreach ((nint start, nint recordEnd, string what) in _records)
        {
            Expect(start >= end, $"the {what} record at {start:x} overlaps the one before it");
            Expect(
                segments.Exists(segment => start >= segment.Start && recordEnd <= segment.End),
                $"the {what} record at {start:x} is not inside a segment");
            Expect(
                what != "free" || recordEnd <= (nint)Heap->Next || start >= (nint)Heap->End,
                $"the free record at {start:x} is in the unused part of a segment");
            end = recordEnd;
        }
    }

    private static long AddSegments(RecordSegment* segment, List<(nint Start, nint End)> segments)
    {
        long bytes = 0;
        for (; segment is not null; segment = segment->Next)
        {
            bytes += segment->Bytes;
            segments.Add(((nint)segment + RecordSegment.HeadBytes, (nint)segment + (nint)segment->Bytes));
        }

        return bytes;
    }

    private void Expect(bool holds, string violation)
    {
        if (!holds)
        {
            _violations.Add(violation);
        }
    }
}

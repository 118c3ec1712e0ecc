using System.Runtime.InteropServices;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Checking;

/// <summary>
/// Checks the record memory of one shard: records against the hashes of their keys, and the places and sums of all
/// records, free ones and those in limbo included. Every walk through a list ends: at an address outside the segments,
/// or at one that occurs twice.
/// </summary>
internal sealed unsafe partial class RecordChecker
{
    /// <summary>Longer lists of segments and epochs are damaged: the number may be that of no real map.</summary>
    private const int MaxListLength = 1 << 22;
    private const long MaxSegmentBytes = 1L << 40;

    /// <summary>Large records take whole pages. A dump may come from a machine with larger pages.</summary>
    private const long MaxPageBytes = 64 * 1024;
    private readonly NativeMap _map;
    private readonly int _shard;
    private readonly bool _isQuiet;
    private readonly Findings _findings;
    private readonly RecordReader _reader;
    private readonly List<PlacedRecord> _records = [];
    private readonly HashSet<ulong> _visited = [];
    private readonly HashSet<ulong> _segmentHeads = [];
    private readonly Dictionary<ulong, long> _large = [];
    private ulong _newestVersion;
    private PlacedSegment[] _segments = [];
    private RecordHeap _heap;
    private long _liveBytes;
    private long _freeBytes;
    private long _limboBytes;

    public RecordChecker(NativeMap map, int shard, bool isQuiet, Findings findings)
    {
        _map = map;
        _shard = shard;
        _isQuiet = isQuiet;
        _findings = findings;
        _reader = map.Keys ?? throw new ArgumentException("The keys of this map have a fixed size.", nameof(map));
    }

    /// <summary>Adds the key of an entry, and its value if that is of any length, and compares the bytes of the key
    /// with its hash.</summary>
    public void AddStored(ReadOnlySpan<byte> slot, ReadOnlySpan<byte> value)
    {
        RecordKey key = RecordReader.KeyOf(slot);
        if (!RecordReader.IsValid(key))
        {
            Report("record key", $"the word 0x{key.Last:x16} of a key has an invalid length");
            return;
        }

        if (_map.HasBlobs)
        {
            AddBlob(key, MemoryMarshal.Read<BlobRef>(value));
        }
        else if (key.IsLong)
        {
            _liveBytes += Add(key, RecordUse.Live);
        }

        if (!key.IsLong)
        {
            return;
        }

        if (!_reader.TryRead(slot, out ReadOnlySpan<byte> bytes))
        {
            _findings.Error("unreadable", _shard, $"the record at 0x{(ulong)key.Address:x} cannot be read");
        }
        else if (RecordReader.HashOf(bytes, _map.Seed) is ulong hash && hash != key.LongHash)
        {
            Report(
                "record hash",
                $"the hash of key {_map.KeyText(slot)}, whose record is at 0x{(ulong)key.Address:x}, is "
                    + $"0x{hash:x16}; its slot says 0x{key.LongHash:x16}");
        }
    }

    /// <summary>Checks everything else, after all keys were added.</summary>
    /// <param name="isComplete">Whether all groups of the shard could be read.</param>
    public void Run(bool isComplete)
    {
        if (!_map.TryReadHeap(_shard, out _heap))
        {
            _findings.Error("unreadable", _shard, "the record memory of the shard cannot be read");
            return;
        }

        ReadSegments();
        ReadLargeRecords(isComplete);
        if (_map.HasBlobs && _newestVersion > _heap.ValueVersion)
        {
            Report("value version", $"a value has version {_newestVersion}; the newest is {_heap.ValueVersion}");
        }

        ReadFreeLists();
        ReadLimbo(_heap.Draining, null, "the list that is being freed");
        ReadEpochs();
        CheckPlaces();
        if (isComplete)
        {
            Expect("live bytes", _heap.LiveBytes, _liveBytes, "the records of its keys");
        }

        Expect("free bytes", _heap.FreeBytes, _freeBytes, "its free lists");
        Expect("limbo bytes", _heap.LimboBytes, _limboBytes, "its chunks");
        if (_heap.IsCompacting is not (0 or 1) || (_heap.IsCompacting == 0 && _heap.OldSegments is not null))
        {
            Report(
                "compaction",
                $"the mark of a compaction is {_heap.IsCompacting}, and the shard has "
                    + $"{(_heap.OldSegments is null ? "no" : "some")} segments to empty");
        }
    }

    private void ReadSegments()
    {
        List<PlacedSegment> segments = [];
        long bytes = AddSegments(_heap.Segments, isOld: false, segments);
        Expect("segments", _heap.SegmentBytes, bytes, "its segments");
        bytes = AddSegments(_heap.OldSegments, isOld: true, segments);
        Expect("segments", _heap.OldSegmentBytes, bytes, "the segments that are being emptied");
        segments.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        for (int i = 1; i < segments.Count; i++)
        {
            if (segments[i].Start < segments[i - 1].End)
            {
                Report("segments", $"the segment at 0x{segments[i].Start:x} overlaps the one before it");
            }
        }

        _segments = [.. segments];
        PlacedSegment? current = SegmentOf((ulong)_heap.Next, (ulong)_heap.End);
        bool isNone = _heap.Next is null && _heap.End is null;
        if (!isNone && (current is not { IsOld: false } || current.Value.End != (ulong)_heap.End))
        {
            Report(
                "segments",
                $"the unused part 0x{(ulong)_heap.Next:x} to 0x{(ulong)_heap.End:x} is not the end of a segment");
        }
    }

    private long AddSegments(RecordSegment* first, bool isOld, List<PlacedSegment>? segments)
    {
        long bytes = 0;
        for (ulong address = (ulong)first; address != 0;)
        {
            if (!_segmentHeads.Add(address) || _segmentHeads.Count == MaxListLength)
            {
                Report("segments", $"the segment at 0x{address:x} occurs twice in the lists");
                break;
            }

            if (!_map.Memory.TryRead(address, out RecordSegment segment)
                || segment.Bytes is <= RecordSegment.HeadBytes or > MaxSegmentBytes)
            {
                Report("segments", $"the segment at 0x{address:x} has no valid head");
                break;
            }

            bytes += segment.Bytes;
            segments?.Add(new PlacedSegment(
                address + RecordSegment.HeadBytes, address + (ulong)segment.Bytes, isOld));
            address = (ulong)segment.Next;
        }

        return bytes;
    }

    // An entry with a short key and an empty value has no record.
    private void AddBlob(RecordKey key, BlobRef blob)
    {
        long bytes = BlobStore<RecordKey, BlobRef>.BytesOf(key, blob);
        ulong record = (ulong)BlobStore<RecordKey, BlobRef>.RecordOf(key, blob);
        ulong place = key.IsLong ? record + (ulong)(bytes - blob.Length) : record;
        _newestVersion = Math.Max(_newestVersion, (ulong)blob.Version);
        if (blob.Length > BlobRef.MaxBytes || (bytes == 0 ? record != 0 : place != (ulong)blob.Address)
            || blob.Version == 0)
        {
            Report(
                "value place",
                $"a value of {blob.Length} bytes and version {blob.Version} is at 0x{(ulong)blob.Address:x}; its "
                    + $"record is at 0x{record:x}");
        }
        else if (RecordMemory.IsLarge(bytes))
        {
            if (!_large.TryAdd(record - LargeRecord.HeadBytes, bytes + LargeRecord.HeadBytes))
            {
                Report("record twice", $"the large record at 0x{record:x} occurs twice");
            }
        }
        else if (bytes != 0)
        {
            _liveBytes += Add(record, RecordSize.BytesOf(RecordSize.ClassOf((int)bytes)), RecordUse.Live);
        }
    }

    private void ReadLargeRecords(bool isComplete)
    {
        long sum = 0;
        long count = 0;
        ulong previous = 0;
        for (ulong address = (ulong)_heap.LargeRecords; address != 0;)
        {
            if (!_segmentHeads.Add(address) || _segmentHeads.Count == MaxListLength
                || !_map.Memory.TryRead(address, out LargeRecord large)
                || large.Bytes is <= LargeRecord.HeadBytes or > MaxSegmentBytes)
            {
                Report("large records", $"the list leads to 0x{address:x}, where no further large record can be");
                return;
            }

            if ((ulong)large.Previous != previous)
            {
                Report("large records", $"the link back of the large record at 0x{address:x} is wrong");
            }

            if (isComplete
                && (!_large.TryGetValue(address, out long least)
                    || large.Bytes < least
                    || large.Bytes - least >= MaxPageBytes))
            {
                Report("large records", $"no entry has the large record at 0x{address:x} of {large.Bytes} bytes");
            }

            sum += large.Bytes;
            count++;
            previous = address;
            address = (ulong)large.Next;
        }

        Expect("large records", _heap.LargeBytes, sum, "its large records");
        if (isComplete && count != _large.Count)
        {
            Report("large records", $"{count} large records are listed, and {_large.Count} have entries");
        }
    }

    private int Add(RecordKey key, RecordUse use) =>
        Add((ulong)key.Address, RecordSize.BytesOf(RecordSize.ClassOf(key.LongLength)), use);

    private int Add(ulong start, int bytes, RecordUse use)
    {
        _records.Add(new PlacedRecord(start, start + (ulong)bytes, use));
        return bytes;
    }

    private void CheckPlaces()
    {
        _records.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        PlacedRecord before = default;
        foreach (PlacedRecord record in _records)
        {
            if (record.Start == before.Start && record.Use == before.Use)
            {
                Report("record twice", $"{Text(record)} occurs twice");
            }
            else if (record.Start < before.End)
            {
                Report("record overlap", $"{Text(record)} overlaps {Text(before)}");
            }

            if (!IsAligned(record.Start) || SegmentOf(record.Start, record.End) is null)
            {
                Report("record place", $"{Text(record)} is not inside a segment");
            }
            else if (record.End > (ulong)_heap.Next && record.Start < (ulong)_heap.End)
            {
                Report("record place", $"{Text(record)} is in the unused part of a segment");
            }

            before = record.End > before.End ? record : before;
        }
    }

    private static bool IsAligned(ulong address) => address % sizeof(ulong) == 0;

    private static string Text(PlacedRecord record) => record.Use switch
    {
        RecordUse.Live => $"the record of a key at 0x{record.Start:x}",
        RecordUse.Free => $"the free record at 0x{record.Start:x}",
        RecordUse.Released => $"the released record at 0x{record.Start:x}",
        _ => $"the chunk at 0x{record.Start:x}",
    };

    private PlacedSegment? SegmentOf(ulong start, ulong end)
    {
        int low = 0;
        int high = _segments.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_segments[middle].Start <= start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && start <= end && end <= _segments[low - 1].End ? _segments[low - 1] : null;
    }

    private void Expect(string rule, long claimed, long found, string what, string unit = "bytes")
    {
        if (claimed != found)
        {
            Report(rule, $"the shard counts {claimed} {unit}; {what} have {found}");
        }
    }

    private void Report(string rule, string text) => _findings.Report(_isQuiet, rule, _shard, text);

    private enum RecordUse
    {
        Live,
        Free,
        Released,
        Chunk,
    }

    private readonly record struct PlacedRecord(ulong Start, ulong End, RecordUse Use);

    private readonly record struct PlacedSegment(ulong Start, ulong End, bool IsOld);
}

using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests;

/// <summary>A copy of the native memory of one map of this process, as a dump would hold it; and, unlike a dump, to be
/// damaged at will.</summary>
internal sealed unsafe class SnapshotMemory : TargetMemory
{
    private readonly SortedDictionary<ulong, byte[]> _blocks = [];

    public override int Read(ulong address, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && Find(address + (uint)done) is (ulong start, byte[] bytes))
        {
            int offset = (int)(address + (uint)done - start);
            int count = Math.Min(buffer.Length - done, bytes.Length - offset);
            bytes.AsSpan(offset, count).CopyTo(buffer[done..]);
            done += count;
        }

        return done;
    }

    public override IEnumerable<MemoryRegion> WritableRegions() =>
        _blocks.Select(block => new MemoryRegion(block.Key, (ulong)block.Value.Length));

    /// <summary>Adds the native memory of a map that nobody writes to.</summary>
    /// <returns>The address of its header.</returns>
    public ulong Add<TKey, TValue, THasher>(ShardMap<TKey, TValue, THasher> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
    {
        SnapshotMemory one = Of(map, out ulong address);
        foreach ((ulong start, byte[] bytes) in one._blocks)
        {
            _blocks[start] = bytes;
        }

        return address;
    }

    /// <summary>Copies a map that nobody writes to.</summary>
    public static SnapshotMemory Of<TKey, TValue, THasher>(ShardMap<TKey, TValue, THasher> map, out ulong address)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey> => Of(map, map.Shards.Header, out address);

    /// <summary>Copies a cache that nobody writes to, without its rings and ghosts.</summary>
    public static SnapshotMemory Of<TKey, TValue, THasher>(ShardCache<TKey, TValue, THasher> cache, out ulong address)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey> => Of(cache, cache.Shards.Header, out address);

    private static SnapshotMemory Of(object owner, MapHeader* header, out ulong address)
    {
        address = (ulong)header;
        SnapshotMemory memory = new();
        memory.Copy((byte*)header, (int)header->MapBytes);
        for (int shard = 0; shard < header->ShardCount; shard++)
        {
            memory.Copy(header, header->Views[shard].Current);
            memory.Copy(header, header->Views[shard].Previous);
            if (header->RecordHeaps is not null)
            {
                memory.Copy(header->RecordHeaps + shard);
            }
        }

        GC.KeepAlive(owner);
        return memory;
    }

    public T Get<T>(ulong address)
        where T : unmanaged =>
            TryRead(address, out T value) ? value : throw new ArgumentOutOfRangeException(nameof(address));

    public void Set<T>(ulong address, T value)
        where T : unmanaged
    {
        (ulong start, byte[]? bytes) = Find(address);
        Assert.NotNull(bytes);
        new ReadOnlySpan<byte>(&value, sizeof(T)).CopyTo(bytes.AsSpan((int)(address - start)));
    }

    public void FlipBits(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] block = _blocks.Values.ElementAt(random.Next(_blocks.Count));
            block[random.Next(block.Length)] ^= (byte)(1 << random.Next(8));
        }
    }

    /// <summary>Takes a block away, as a dump that was cut off.</summary>
    public void Remove(ulong address) => _blocks.Remove(Find(address).Start);

    public void Copy(byte* start, int bytes) => _blocks[(ulong)start] = new ReadOnlySpan<byte>(start, bytes).ToArray();

    private void Copy(RecordHeap* heap)
    {
        Copy(heap->Segments);
        Copy(heap->OldSegments);
        Copy((RecordSegment*)heap->LargeRecords);
        for (RecordEpoch* epoch = heap->Newest; epoch is not null; epoch = epoch->Older)
        {
            Copy((byte*)epoch, RecordEpoch.Bytes);
            Copy(epoch->Segments);
        }
    }

    private void Copy(RecordSegment* segment)
    {
        for (; segment is not null; segment = segment->Next)
        {
            Copy((byte*)segment, (int)segment->Bytes);
        }
    }

    private (ulong Start, byte[]? Bytes) Find(ulong address)
    {
        foreach ((ulong start, byte[] bytes) in _blocks)
        {
            if (address >= start && address - start < (uint)bytes.Length)
            {
                return (start, bytes);
            }
        }

        return default;
    }

    private void Copy(MapHeader* header, TableRef table)
    {
        if (!table.IsNone && table.Base != (byte*)header->Sentinel)
        {
            Copy(table.Base, (int)(table.Groups * header->StrideBytes));
        }
    }
}

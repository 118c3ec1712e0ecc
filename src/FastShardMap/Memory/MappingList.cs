namespace FastShardMap.Memory;

/// <summary>The mappings of one arena. They are created one by one and released together at the end. All methods are
/// called under the lock of the arena.</summary>
internal sealed unsafe class MappingList
{
    private static long s_processBytes;

    private readonly List<AddressRange> _mappings = [];
    private long _bytes;

    /// <summary>Address space reserved by all arenas of the process, in bytes.</summary>
    public static long ProcessBytes => Interlocked.Read(ref s_processBytes);

    /// <summary>Reserved address space in bytes. May be read from any thread.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => _mappings.Count;

    public AddressRange Map(nuint bytes, nuint alignment)
    {
        // Reserve before the mapping exists, so that it cannot leak if managed memory runs out.
        _mappings.EnsureCapacity(_mappings.Count + 1);
        AddressRange mapping = new((nuint)PageMemory.Map(bytes, alignment), bytes);
        _mappings.Add(mapping);
        Interlocked.Add(ref _bytes, (long)bytes);
        Interlocked.Add(ref s_processBytes, (long)bytes);
        return mapping;
    }

    /// <summary>Unmaps everything. The caller guarantees that no thread can touch any of it.</summary>
    public void Release()
    {
        foreach (AddressRange mapping in _mappings)
        {
            PageMemory.Unmap((byte*)mapping.Start, mapping.Bytes);
        }

        Interlocked.Add(ref s_processBytes, -_bytes);
        Interlocked.Exchange(ref _bytes, 0);
        _mappings.Clear();
    }
}

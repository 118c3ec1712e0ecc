namespace FastShardMap.Memory;

/// <summary>Every mapping of one arena: made one by one, released together at the end. Called under the arena's lock.</summary>
internal sealed unsafe class MappingList
{
    private static long s_processBytes;

    private readonly List<AddressRange> _mappings = [];
    private long _bytes;

    /// <summary>Address space held by all arenas of the process.</summary>
    public static long ProcessBytes => Interlocked.Read(ref s_processBytes);

    /// <summary>Address space held. May be read from any thread.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => _mappings.Count;

    public AddressRange Map(nuint bytes, nuint alignment)
    {
        // Before the mapping exists, so that running out of managed memory cannot leak one.
        _mappings.EnsureCapacity(_mappings.Count + 1);
        AddressRange mapping = new((nuint)PageMemory.Map(bytes, alignment), bytes);
        _mappings.Add(mapping);
        Interlocked.Add(ref _bytes, (long)bytes);
        Interlocked.Add(ref s_processBytes, (long)bytes);
        return mapping;
    }

    /// <summary>Unmaps everything. The caller knows that no thread can touch any of it.</summary>
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

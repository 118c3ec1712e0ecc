namespace FastShardMap.Memory;

/// <summary>A block of an arena that the maintenance thread makes resident in huge pages before a table needs it.
/// Protected by the lock of the arena.</summary>
/// <param name="bytes">The length that the table will ask for.</param>
/// <param name="occupiedBytes">The length that the block takes.</param>
internal sealed class ReadyBlock(nuint bytes, nuint occupiedBytes)
{
    public nuint OccupiedBytes => occupiedBytes;

    /// <summary>The bytes that are made resident: the whole huge pages of the block.</summary>
    public nuint WantedBytes { get; } = bytes & ~(PageMemory.HugePageBytes - 1);

    /// <summary>The address; 0 until the work on the block has begun.</summary>
    public nuint Start { get; set; }

    /// <summary>The bytes, from the start, that are resident in huge pages and zero.</summary>
    public nuint ResidentBytes { get; set; }

    /// <summary>Whether a thread is making a page of the block resident, without the lock.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether the block must be given back when it is no longer busy.</summary>
    public bool IsUnwanted { get; set; }

    public bool HasBegun => Start != 0;

    public bool IsComplete => ResidentBytes == WantedBytes;

    public AddressRange Range => new(Start, occupiedBytes);
}

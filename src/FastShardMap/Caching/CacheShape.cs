using System.Globalization;
using System.Numerics;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;

namespace FastShardMap.Caching;

/// <summary>The sizes of a cache that follow from its limit. They never change, because a cache neither grows nor
/// shrinks.</summary>
/// <param name="MaxEntries">The number of entries of all shards together.</param>
/// <param name="ShardCount">A power of two, at most as large as the number of entries.</param>
/// <param name="Slots">The number of slots per group.</param>
/// <param name="StrideBytes">The number of bytes per group.</param>
internal readonly record struct CacheShape(long MaxEntries, int ShardCount, int Slots, int StrideBytes)
{
    /// <summary>Entries per shard below which a larger number of shards costs hits.</summary>
    private const long EntriesPerShard = 512;

    /// <summary>The maximum load of a table, as a fraction of 20. The tables of a map have 4/5 at most, because a
    /// growing table must have room until it has grown.</summary>
    private const uint LoadTwentieths = 17;

    /// <summary>Smaller tables are powers of two: a fraction of such a table would save less than a page.</summary>
    private const int MinFractionalLog2 = 6;

    /// <summary>If the options do not say how many entries of any length there may be, they are taken to have so many
    /// bytes each. Then an eighth of the memory is for tables.</summary>
    private const long BytesPerBlobEntry = 512;

    private const long LeastBlobEntries = 16;

    /// <summary>Bytes per shard below which a larger number of shards would refuse entries of a common
    /// size.</summary>
    private const long BytesPerBlobShard = 16 * 1024 * 1024;

    /// <summary>The positions of more entries do not fit the words of the rings.</summary>
    private const long MaxEntriesPerShard = 1L << 30;

    /// <summary>The table of each shard.</summary>
    public TableSize Table => TableFor(LargestLimit, Slots);

    /// <summary>The limit of the shards that have one entry more than the others, if the limit is no multiple of their
    /// number.</summary>
    public long LargestLimit => LimitOf(0);

    public uint SmallRoom => checked((uint)((LargestLimit / 2) + 2));

    public uint MainRoom => checked((uint)(Table.Groups * (uint)Slots));

    public uint GhostRows
    {
        get
        {
            long ghosts = LargestLimit * 9 / 8;
            return checked((uint)((ghosts + CacheSide.GhostsPerRow - 1) / CacheSide.GhostsPerRow));
        }
    }

    /// <summary>The number of bytes of the rings and ghosts of one shard.</summary>
    public nuint RingBytes =>
        AlignUp(
            (((nuint)SmallRoom + MainRoom) * sizeof(uint))
            + (nuint)Table.Groups
            + (1 + ((nuint)GhostRows * CacheSide.GhostsPerRow * sizeof(ushort))),
            Arena.BlockGranuleBytes);

    /// <summary>The number of bytes of the sides, rings and ghosts of all shards.</summary>
    public nuint PolicyBytes => checked((nuint)ShardCount * (CacheSide.Bytes + RingBytes));

    /// <summary>Returns the shape of a cache with these options.</summary>
    /// <exception cref="ArgumentException">The options have no limit, or one that is too small for one
    /// entry.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine or the process can have.</exception>
    public static CacheShape For(ShardCacheOptions options, GroupShape group, out bool isLimitedByBytes)
    {
        long entries = options.MaxEntries;
        if (entries == 0 && options.MaxBytes == 0)
        {
            throw new ArgumentException(
                "A cache needs a limit: set MaxEntries, MaxBytes or both.",
                nameof(options));
        }

        if (entries == 0)
        {
            entries = long.MaxValue / 64;
        }

        isLimitedByBytes = false;
        if (options.MaxBytes != 0)
        {
            long fitting = EntriesIn(options, group);
            if (fitting == 0)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"MaxBytes is {options.MaxBytes:N0}, "
                        + $"but a cache with one entry takes {SmallestBytes(group):N0} bytes."),
                    nameof(options));
            }

            isLimitedByBytes = fitting < entries;
            entries = Math.Min(entries, fitting);
        }

        CacheShape shape = Create(entries, ShardsFor(options, entries), group);
        string limit = "the address space";
        if (shape.LargestLimit <= MaxEntriesPerShard)
        {
            try
            {
                UInt128 bytes = shape.TotalBytes(options.HugePages);
                if (!NativeMemoryLimit.IsExceededBy(bytes, out NativeMemoryLimit exceeded))
                {
                    return shape;
                }

                limit = exceeded.ToString();
            }
            catch (OverflowException)
            {
                // Thrown below.
            }
        }

#pragma warning disable CA2201, MA0012 // a reservation larger than the machine is a lack of memory
        throw new OutOfMemoryException(string.Create(
            CultureInfo.InvariantCulture,
            $"A cache of {entries:N0} entries of {group.SlotBytes} bytes exceeds {limit}."));
#pragma warning restore CA2201, MA0012
    }

    /// <summary>Returns the shape of a cache whose values have any length. Most of its bytes are for their
    /// records.</summary>
    /// <exception cref="ArgumentException">The options have no limit of bytes, or one that the tables alone
    /// exceed.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine or the process can have.</exception>
    public static CacheShape ForBlobs(ShardCacheOptions options, GroupShape group)
    {
        if (options.MaxBytes == 0)
        {
            throw new ArgumentException("A cache of values of any length needs MaxBytes.", nameof(options));
        }

        long entries = options.MaxEntries != 0
            ? options.MaxEntries
            : Math.Max(LeastBlobEntries, options.MaxBytes / BytesPerBlobEntry);
        long shards = options.ShardCount != 0
            ? ShardsFor(options, entries)
            : Math.Min(ShardsFor(options, entries), Math.Max(1, options.MaxBytes / BytesPerBlobShard));
        int shardCount = 1 << BitOperations.Log2((ulong)shards);
        if (options.MaxEntries == 0)
        {
            entries = Math.Min(entries, MaxEntriesPerShard * shardCount);
        }

        CacheShape shape = Create(entries, shardCount, group);
        UInt128 tables = UInt128.MaxValue;
        if (shape.LargestLimit <= MaxEntriesPerShard)
        {
            tables = shape.TotalBytes(options.HugePages) + ((uint)shape.ShardCount * (UInt128)RecordHeap.Bytes);
        }

        if (tables >= (ulong)options.MaxBytes)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"MaxBytes is {options.MaxBytes:N0}, which is too little for the tables of {entries:N0} entries "
                    + $"in {shape.ShardCount} shards."),
                nameof(options));
        }

        if (NativeMemoryLimit.IsExceededBy((ulong)options.MaxBytes, out NativeMemoryLimit exceeded))
        {
#pragma warning disable CA2201, MA0012 // a reservation larger than the machine is a lack of memory
            throw new OutOfMemoryException(string.Create(
                CultureInfo.InvariantCulture,
                $"A cache of {options.MaxBytes:N0} bytes exceeds {exceeded}."));
#pragma warning restore CA2201, MA0012
        }

        return shape;
    }

    /// <summary>Returns the number of entries of a shard. Together the shards have exactly
    /// <see cref="MaxEntries"/>.</summary>
    public long LimitOf(int shard) => (MaxEntries / ShardCount) + (shard < MaxEntries % ShardCount ? 1 : 0);

    /// <summary>Returns the smallest table for this many entries at the load of a cache.</summary>
    private static TableSize TableFor(long entries, int slotsPerGroup)
    {
        if (entries <= slotsPerGroup)
        {
            return TableSize.PowerOfTwo(0);
        }

        UInt128 needed = ((UInt128)entries * 20) + (LoadTwentieths * (uint)slotsPerGroup) - 1;
        ulong groups = checked((ulong)(needed / (LoadTwentieths * (uint)slotsPerGroup)));
        int log2 = checked((int)BitOperations.Log2(groups - 1) + 1);
        if (log2 < MinFractionalLog2)
        {
            return TableSize.PowerOfTwo(log2);
        }

        ulong unit = 1UL << (log2 - 4);
        return new TableSize(log2, (int)((groups + unit - 1) / unit));
    }

    private static CacheShape Create(long entries, int shards, GroupShape group) =>
        new(entries, shards, group.SlotsPerGroup, group.StrideBytes);

    private static int ShardsFor(ShardCacheOptions options, long entries)
    {
        long most = Math.Min(entries, ShardCacheOptions.MaxShardCount);
        long wanted = options.ShardCount != 0
            ? (long)BitOperations.RoundUpToPowerOf2((uint)options.ShardCount)
            : Math.Min(ShardMapOptions.DefaultShardCount, Math.Max(1, entries / EntriesPerShard));
        return 1 << BitOperations.Log2((ulong)Math.Max(1, Math.Min(most, wanted)));
    }

    private static long SmallestBytes(GroupShape group) => (long)Create(1, 1, group).TotalBytes(hugePages: false);

    /// <summary>Returns the largest number of entries whose cache takes no more than the limit of bytes.</summary>
    private static long EntriesIn(ShardCacheOptions options, GroupShape group)
    {
        // An entry takes more than its slot, so this many do not fit.
        long tooMany = Math.Max(1, options.MaxBytes / group.SlotBytes) + 1;
        int shards = ShardsFor(options, Math.Max(1, tooMany / 2));
        long fitting = 0;
        while (shards > 1 && Create(shards, shards, group).TotalBytes(options.HugePages) > (ulong)options.MaxBytes)
        {
            shards /= 2;
        }

        while (tooMany - fitting > 1)
        {
            long middle = fitting + ((tooMany - fitting) / 2);
            int used = Math.Min(shards, 1 << BitOperations.Log2((ulong)middle));
            bool fits = middle <= MaxEntriesPerShard * used
                && Create(middle, used, group).TotalBytes(options.HugePages) <= (ulong)options.MaxBytes;
            (fitting, tooMany) = fits ? (middle, tooMany) : (fitting, middle);
        }

        return fitting;
    }

    private static nuint AlignUp(nuint bytes, nuint unit) => (bytes + unit - 1) / unit * unit;

    private static ulong Occupied(nuint bytes, bool hugePages) =>
        hugePages && bytes >= PageMemory.HugePageBytes ? AlignUp(bytes, PageMemory.HugePageBytes)
        : bytes >= Arena.LargeBlockBytes ? PageMemory.RoundToPages(bytes)
        : AlignUp(bytes, Arena.BlockGranuleBytes);

    private UInt128 TotalBytes(bool hugePages) =>
        Occupied(MapBlock.BytesFor(ShardCount), hugePages: false)
        + ((UInt128)Occupied(Table.Bytes(StrideBytes), hugePages) * (uint)ShardCount)
        + Occupied(PolicyBytes, hugePages: false);
}

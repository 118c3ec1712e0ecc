using System.Numerics;
using FastShardMap.Layout;
using FastShardMap.Sharding;

#pragma warning disable MA0015 // the exception of a setter names the option, and not 'value'

namespace FastShardMap;

/// <summary>Specifies how a map is created. Every option has a default that suits a map of unknown size.</summary>
public sealed class ShardMapOptions
{
    /// <summary>The maximum number of shards.</summary>
    public const int MaxShardCount = HashBits.MaxShards;

#if DEBUG
    private const int DefaultStepGroups = 2; // Debug builds are for tests, where rare states should be common
#else
    /// <summary>Number of groups that each write to a growing shard moves: about a hundred entries. Chosen, not
    /// measured against other values.</summary>
    private const int DefaultStepGroups = 16;
#endif

    /// <summary>With sixteen shards per core, two random writers use different shards in all but one of 16 · cores
    /// cases.</summary>
    private const int ShardsPerCore = 16;
    private const int MinDefaultShards = 16;
    private const int MaxDefaultShards = 256;

    /// <summary>The number of entries to make room for, 0 or more. Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Capacity
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Capacity));
            field = value;
        }
    }

    /// <summary>The number of shards, from 1 to <see cref="MaxShardCount"/>; rounded up to a power of two. Default: 0,
    /// which selects 16 shards per core, at least 16 and at most 256.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or too large.</exception>
    public int ShardCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(ShardCount));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxShardCount, nameof(ShardCount));
            field = value;
        }
    }

    /// <summary>Whether to request huge pages (transparent, 2 MiB). In grown maps of 10 M entries, dependent hits
    /// take 16 to 19 % less time (<c>compare</c>; Intel Xeon 2.1 GHz, 2026-11-22, and AMD EPYC, 2026-11-29); maps
    /// that fit the caches gain little. Default: false.</summary>
    /// <remarks>
    /// Reserved tables of 64 KiB and more get huge pages at first touch, which takes up to a millisecond; those below 2
    /// MiB share huge pages, so a map with a reservation takes at least 2 MiB. Tables of 2 MiB and more that a
    /// shard has grown into keep small pages while they fill. When the migration is over, a background thread moves
    /// them to huge pages, one by one (Linux 6.1 and later; on other systems nothing happens). Each such move takes the
    /// kernel 0.6 ms (2-core Xeon), and 10 ms or more while all processors are busy. Operations on that range, and page
    /// faults anywhere in the process, may have to wait for it. <see cref="HugePagePool"/> keeps blocks ready that need
    /// no such move. If a map must not pause while it grows, set its limit to twice the bytes of the tables, leave this
    /// option off, or reserve the capacity and prefault it. With this option, growing tables take up address space in
    /// multiples of 2 MiB.
    /// </remarks>
    public bool HugePages { get; set; }

    /// <summary>Whether to make all pages of reserved tables resident at once, so that inserts cause no page faults.
    /// Default: false.</summary>
    public bool Prefault { get; set; }

    /// <summary>Whether a background thread finishes the migrations of shards that no thread writes to. Default:
    /// false.</summary>
    /// <remarks>One thread serves all maps. Migrations wake it, so idle maps cost nothing, and it ends after five
    /// seconds without work. It leaves a shard that migrates because of a snapshot alone until the first write to that
    /// shard, because the end of the snapshot may give the shard its table back until then.</remarks>
    public bool BackgroundMigration { get; set; }

    /// <summary>The name of the map in metrics, events, dumps and debuggers. Only named maps publish metrics. Use few
    /// different names, because a name becomes a tag of every measurement. Default: null.</summary>
    /// <remarks>A name need not be unique. The tag <c>fastshardmap.map.instance</c> tells the measurements of maps of
    /// one name apart: the maps are numbered from 1, and a new map takes the lowest number that no other map has which
    /// is still in use.</remarks>
    public string? Name { get; set; }

    /// <summary>Whether the map starts with an exclusive phase of the constructing thread, as begun by
    /// <see cref="ShardMap{TKey, TValue, THasher}.EnterExclusive"/>. This suits maps that one thread fills before other
    /// threads get them. Only the constructors use this option. Default: false.</summary>
    public bool StartExclusive { get; set; }

    /// <summary>The number of shards of a map whose options do not say it, before it is rounded up.</summary>
    internal static int DefaultShardCount =>
        Math.Clamp(Environment.ProcessorCount * ShardsPerCore, MinDefaultShards, MaxDefaultShards);

    /// <summary>For tests: the minimum number of groups that each write moves.</summary>
    internal int MigrationStepGroups { get; set; } = DefaultStepGroups;

    /// <summary>For tests: a fixed seed.</summary>
    internal HashSeed? Seed { get; set; }

    /// <summary>Returns options for the constructors that take a capacity, whose exceptions name that
    /// parameter.</summary>
    internal static ShardMapOptions OfCapacity(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        return new ShardMapOptions { Capacity = capacity };
    }

    /// <summary>Returns a copy of the options for a map that the library fills before any other code can access
    /// it.</summary>
    internal ShardMapOptions WithoutExclusive()
    {
        ShardMapOptions options = (ShardMapOptions)MemberwiseClone();
        options.StartExclusive = false;
        return options;
    }

    internal ShardSetOptions Resolve()
    {
        int shards = ShardCount != 0 ? ShardCount : DefaultShardCount;
        return new ShardSetOptions
        {
            ShardCount = (int)BitOperations.RoundUpToPowerOf2((uint)shards),
            Capacity = Capacity,
            HugePages = HugePages,
            Prefault = Prefault,
            BackgroundMigration = BackgroundMigration,
            MigrationStepGroups = MigrationStepGroups,
            Name = Name,
            Seed = Seed,
        };
    }
}

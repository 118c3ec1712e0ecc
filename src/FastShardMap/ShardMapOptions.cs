using System.Numerics;
using FastShardMap.Layout;
using FastShardMap.Sharding;

#pragma warning disable MA0015 // a setter's exception names the option, not 'value'

namespace FastShardMap;

/// <summary>How a map is built. Every option has a default that suits a map of unknown size.</summary>
public sealed class ShardMapOptions
{
    /// <summary>The most shards a map can have.</summary>
    public const int MaxShardCount = HashBits.MaxShards;

#if DEBUG
    private const int DefaultStepGroups = 2; // Debug builds are for tests: rare states should be common
#else
    /// <summary>Groups that a write to a growing shard moves: about a hundred entries. Chosen, not
    /// measured against other values.</summary>
    private const int DefaultStepGroups = 16;
#endif

    /// <summary>Sixteen shards a core keep two random writers apart in all but one of 16 · cores cases.</summary>
    private const int ShardsPerCore = 16;
    private const int MinDefaultShards = 16;
    private const int MaxDefaultShards = 256;

    /// <summary>Entries to make room for at once, 0 or more. Default: 0.</summary>
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

    /// <summary>The number of shards, from 1 to <see cref="MaxShardCount"/>; rounded up to a power of two.
    /// Default: 0, which chooses 16 a core, from 16 to 256.</summary>
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

    /// <summary>Ask for huge pages (transparent, 2 MiB). Lookups in large maps get 5–15 % faster, and dependent ones in reserved
    /// maps of 10 M entries a third. Default: false.</summary>
    /// <remarks>
    /// Reserved tables get them at first touch, which takes up to a millisecond. Tables of 2 MiB and more that a shard has
    /// grown into keep small pages while they fill; a background thread moves them to huge pages, one by one, when the
    /// migration is over (Linux 6.1 and later; elsewhere nothing happens). Each such move takes the kernel 0.6 ms (2-core Xeon) and,
    /// while all processors are busy, up to 10 and more; operations on that range, and page faults anywhere in the process, may
    /// have to wait for it. So a map that must not pause while it grows leaves this off, or reserves its capacity and prefaults it.
    /// Growing tables then take up address space in multiples of 2 MiB.
    /// </remarks>
    public bool HugePages { get; set; }

    /// <summary>Make all pages of reserved tables resident at once, so that no insert pays for page faults.
    /// Default: false.</summary>
    public bool Prefault { get; set; }

    /// <summary>Let a background thread finish the migrations of shards that nobody writes to. Default: false.</summary>
    /// <remarks>One thread for all maps, woken by migrations: idle maps cost nothing, and it ends after five seconds without
    /// work. Shards that a snapshot left migrating are its business only after their first write: until then the
    /// snapshot's end gives them their tables back.</remarks>
    public bool BackgroundMigration { get; set; }

    /// <summary>What the map is called in metrics, events, dumps and debuggers. Only named maps publish metrics, so a name
    /// should be one of few: it becomes a tag of every measurement. Default: null.</summary>
    /// <remarks>A name need not be unique. Two maps of one name publish two measurements with equal tags, which most
    /// collectors take for one series: they show either map's number, or their sum. Give maps that are to be told apart
    /// names of their own.</remarks>
    public string? Name { get; set; }

    /// <summary>Begin with an exclusive phase of the constructing thread, as by
    /// <see cref="ShardMap{TKey, TValue, THasher}.EnterExclusive"/>: for maps that one thread fills before the others
    /// get them. Heeded by the constructors only. Default: false.</summary>
    public bool StartExclusive { get; set; }

    /// <summary>For tests: groups that a write moves at least.</summary>
    internal int MigrationStepGroups { get; set; } = DefaultStepGroups;

    /// <summary>For tests: a fixed seed.</summary>
    internal HashSeed? Seed { get; set; }

    /// <summary>The same, for a map that the library fills before anyone has it.</summary>
    internal ShardMapOptions WithoutExclusive()
    {
        ShardMapOptions options = (ShardMapOptions)MemberwiseClone();
        options.StartExclusive = false;
        return options;
    }

    internal ShardSetOptions Resolve()
    {
        int shards = ShardCount != 0
            ? ShardCount
            : Math.Clamp(Environment.ProcessorCount * ShardsPerCore, MinDefaultShards, MaxDefaultShards);
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

using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>The validated options of a set of shards.</summary>
internal sealed record ShardSetOptions
{
    public required int ShardCount { get; init; }

    public long Capacity { get; init; }

    public bool HugePages { get; init; }

    public bool Prefault { get; init; }

    public bool BackgroundMigration { get; init; }

    /// <summary>The minimum number of groups that each write to a migrating shard moves.</summary>
    public required int MigrationStepGroups { get; init; }

    /// <summary>The name that tools show for the map, or null.</summary>
    public string? Name { get; init; }

    /// <summary>What the keys are.</summary>
    public KeyForm KeyForm { get; init; }

    /// <summary>A fixed seed, for tests that need the same layout twice.</summary>
    public HashSeed? Seed { get; init; }
}


namespace FastShardMap.Sharding;

/// <summary>Validated options of a set of shards.</summary>
internal sealed record ShardSetOptions
{
    public required int ShardCount { get; init; }

    public long Capacity { get; init; }

    public bool HugePages { get; init; }

    public bool Prefault { get; init; }

    public bool BackgroundMigration { get; init; }

    /// <summary>At least this many groups move with every write to a migrating shard.</summary>
    public required int MigrationStepGroups { get; init; }

    /// <summary>What tools call the map, or null.</summary>
    public string? Name { get; init; }

    /// <summary>A fixed seed, for tests that need the same layout twice.</summary>
    public HashSeed? Seed { get; init; }
}

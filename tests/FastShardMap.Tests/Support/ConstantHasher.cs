namespace FastShardMap.Tests;

/// <summary>The worst hash there is: all keys in one shard, one home and one tag.</summary>
internal readonly struct ConstantHasher : IKeyHasher<ulong>
{
    public ulong Hash(ulong key, HashSeed seed) => 0xDEAD_BEEF_DEAD_BEEF;
}

/// <summary>Four homes, two shards, one tag.</summary>
internal readonly struct LowEntropyHasher : IKeyHasher<ulong>
{
    public ulong Hash(ulong key, HashSeed seed) => (key << 62) | ((key & 1) << 5);
}

/// <summary>No mixing at all: what callers may not do, but do.</summary>
internal readonly struct IdentityHasher : IKeyHasher<ulong>
{
    public ulong Hash(ulong key, HashSeed seed) => key;
}

namespace FastShardMap.Bench.Suites;

/// <summary>The maps of the suites.</summary>
public enum Peer
{
    ShardMap,
    ConcurrentDictionary,
    Dictionary,
    FrozenDictionary,
    ImmutableDictionary,
    LockedDictionary,
    RwLockedDictionary,
    StripedDictionary,
}

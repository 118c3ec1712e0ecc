namespace FastShardMap.Bench.Maps;

/// <summary>The maps of the comparisons.</summary>
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
    NonBlocking,
    ConcurrentLru,
    Faster,
}

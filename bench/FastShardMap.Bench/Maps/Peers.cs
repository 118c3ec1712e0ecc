namespace FastShardMap.Bench.Maps;

/// <summary>Where a map under test is declared: its adapter, and its name on the command line, if any.</summary>
internal static class Peers
{
    public const string Ours = "shardmap";
    public const string Theirs = "concurrent";

    /// <summary>The maps that several threads can write to, by the names the command line gives them.</summary>
    private static readonly Dictionary<string, Peer> Concurrent = new(StringComparer.Ordinal)
    {
        [Ours] = Peer.ShardMap,
        [Theirs] = Peer.ConcurrentDictionary,
        ["striped"] = Peer.StripedDictionary,
        ["rwlock"] = Peer.RwLockedDictionary,
        ["lock"] = Peer.LockedDictionary,
        ["immutable"] = Peer.ImmutableDictionary,
        ["nonblocking"] = Peer.NonBlocking,
    };

    public static readonly string[] Names = [.. Concurrent.Keys];

    public static TResult Visit<TResult>(string name, IPeerVisitor<ulong, ulong, TResult> visitor) =>
        Concurrent.TryGetValue(name, out Peer peer)
            ? Visit(peer, visitor)
            : throw new ArgumentException($"No map is called '{name}'.", nameof(name));

    public static TResult Visit<TKey, TValue, TResult>(Peer peer, IPeerVisitor<TKey, TValue, TResult> visitor)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return peer switch
        {
            Peer.ShardMap => visitor.VisitBatched<ShardMapAdapter<TKey, TValue>>(),
            Peer.ConcurrentDictionary => visitor.VisitBatched<ConcurrentDictionaryMap<TKey, TValue>>(),
            Peer.Dictionary => visitor.Visit<DictionaryMap<TKey, TValue>>(),
            Peer.FrozenDictionary => visitor.VisitReadable<FrozenDictionaryMap<TKey, TValue>>(),
            Peer.ImmutableDictionary => visitor.Visit<ImmutableDictionaryMap<TKey, TValue>>(),
            Peer.LockedDictionary => visitor.Visit<GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue>>(),
            Peer.RwLockedDictionary =>
                visitor.Visit<GuardedDictionaryMap<RwLockGuard, RwLockGuard.Scope, TKey, TValue>>(),
            Peer.StripedDictionary => visitor.Visit<StripedDictionaryMap<TKey, TValue>>(),
            Peer.NonBlocking => visitor.Visit<NonBlockingMap<TKey, TValue>>(),
            Peer.ConcurrentLru => visitor.Visit<ConcurrentLruMap<TKey, TValue>>(),
            Peer.Faster => visitor.Visit<FasterMap<TKey, TValue>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(peer)),
        };
    }
}

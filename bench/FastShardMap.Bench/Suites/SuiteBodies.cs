using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Suites;

/// <summary>Makes the body that a suite's parameters name.</summary>
internal static class SuiteBodies
{
    public static SuiteBody Create(Peer peer, EntryShape shape, int size) => shape switch
    {
        EntryShape.Key8Value8 => Create<ulong, ulong, WordEntry>(peer, size),
        EntryShape.Key16Value16 => Create<Guid, GuidEntry.Value, GuidEntry>(peer, size),
        EntryShape.Key8Value56 => Create<ulong, LineEntry.Value, LineEntry>(peer, size),
        EntryShape.Key8Value248 => Create<ulong, RecordEntry.Value, RecordEntry>(peer, size),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static SuiteBody Create<TKey, TValue, TEntry>(Peer peer, int size)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue> => peer switch
        {
            Peer.ShardMap => new BatchBody<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.ConcurrentDictionary =>
                new BatchBody<ConcurrentDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.Dictionary => new WriteBody<DictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.FrozenDictionary => new ReadBody<FrozenDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size, name: null),
            Peer.ImmutableDictionary =>
                new WriteBody<ImmutableDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.LockedDictionary => new WriteBody<LockedDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.RwLockedDictionary => new WriteBody<RwLockedDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            Peer.StripedDictionary => new WriteBody<StripedDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(size),
            _ => throw new ArgumentOutOfRangeException(nameof(peer)),
        };
}

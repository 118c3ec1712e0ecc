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
        EntryShape.Key8Value56 => Create<ulong, Payload<Words7>, PayloadEntry<Words7>>(peer, size),
        EntryShape.Key8Value248 => Create<ulong, Payload<Words31>, PayloadEntry<Words31>>(peer, size),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static SuiteBody Create<TKey, TValue, TEntry>(Peer peer, int size)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue> => Peers.Visit(peer, new Visitor<TKey, TValue, TEntry>(size));

    private sealed class Visitor<TKey, TValue, TEntry>(int size) : IPeerVisitor<TKey, TValue, SuiteBody>
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue>
    {
        public SuiteBody Visit<TMap>()
            where TMap : struct, IMapUnderTest<TMap, TKey, TValue> => new WriteBody<TMap, TKey, TValue, TEntry>(size);

        public SuiteBody VisitBatched<TMap>()
            where TMap : struct, IMapUnderTest<TMap, TKey, TValue>, IBatchedMap<TKey, TValue> =>
            new BatchBody<TMap, TKey, TValue, TEntry>(size);

        public SuiteBody VisitReadable<TMap>()
            where TMap : struct, IReadableMap<TMap, TKey, TValue> =>
            new ReadBody<TMap, TKey, TValue, TEntry>(size, name: null);
    }
}

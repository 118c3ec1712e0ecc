namespace FastShardMap.Bench.Maps;

/// <summary>Code to run for one map chosen by name: turns a name into a type parameter.</summary>
internal interface IPeerVisitor<TKey, TValue, out TResult>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    TResult Visit<TMap>()
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>;

    /// <summary>For a map that also looks up many keys at once.</summary>
    TResult VisitBatched<TMap>()
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>, IBatchedMap<TKey, TValue> => Visit<TMap>();

    /// <summary>For a map that cannot be written to.</summary>
    TResult VisitReadable<TMap>()
        where TMap : struct, IReadableMap<TMap, TKey, TValue> =>
        throw new NotSupportedException($"{TMap.Label} knows no writes.");
}

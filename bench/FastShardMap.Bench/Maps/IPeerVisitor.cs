namespace FastShardMap.Bench.Maps;

/// <summary>Code to run for one map chosen by name: turns a name into a type parameter.</summary>
internal interface IPeerVisitor<out TResult>
{
    TResult Visit<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>;
}

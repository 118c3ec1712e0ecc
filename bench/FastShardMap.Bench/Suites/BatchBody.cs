using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Suites;

/// <summary>All of the suites' work, for a map that also looks up many keys at once.</summary>
internal sealed class BatchBody<TMap, TKey, TValue, TEntry>(int size) : WriteBody<TMap, TKey, TValue, TEntry>(size)
    where TMap : struct, IMapUnderTest<TMap, TKey, TValue>, IBatchedMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    private const int BatchKeys = 256;

    private readonly TValue[] _values = new TValue[BatchKeys];
    private readonly bool[] _found = new bool[BatchKeys];

    public override ulong Batch() =>
        BatchLoops<TMap, TKey, TValue, TEntry>.Lookup(Map, NextHits(), _values, _found);
}

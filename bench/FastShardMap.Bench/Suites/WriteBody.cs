using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Suites;

/// <summary>All of the suites' work, for a map that can be written to.</summary>
internal class WriteBody<TMap, TKey, TValue, TEntry>(int size, string? name = null)
    : ReadBody<TMap, TKey, TValue, TEntry>(size, name)
    where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    private readonly TKey[] _oldest = new TKey[Operations];
    private readonly TKey[] _newest = new TKey[Operations];
    private long _turn;

    public override ulong Overwrite() => WriteLoops<TMap, TKey, TValue, TEntry>.Overwrite(Map, NextHits());

    public override ulong Change() => WriteLoops<TMap, TKey, TValue, TEntry>.Change(Map, NextHits());

    public override ulong GetOrAddExisting() => WriteLoops<TMap, TKey, TValue, TEntry>.GetOrAdd(Map, NextHits());

    public override ulong Churn()
    {
        // Making the keys is part of the time, the same few nanoseconds for every map: an endless stream of keys that
        // never repeat cannot be made beforehand. The first keys are the ones the map was filled with.
        for (int i = 0; i < Operations; i++)
        {
            _oldest[i] = TEntry.KeyOf(SplitMix.Mix((ulong)(_turn + i)));
            _newest[i] = TEntry.KeyOf(SplitMix.Mix((ulong)(_turn + i + Keys.Length)));
        }

        _turn += Operations;
        return WriteLoops<TMap, TKey, TValue, TEntry>.Churn(Map, _oldest, _newest);
    }

    public override ulong RemoveAll() => WriteLoops<TMap, TKey, TValue, TEntry>.Remove(Map, Keys);

    public override void Refill() => WriteLoops<TMap, TKey, TValue, TEntry>.Fill(Map, Keys);
}

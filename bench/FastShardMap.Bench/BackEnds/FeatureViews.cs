using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.BackEnds;

/// <summary>A map that overwrites a value and returns the one before.</summary>
internal interface IExchangeMap
{
    bool TryExchange(ulong key, ulong value, out ulong old);
}

// The map, a snapshot of it and the audited map share no interface. Through these, one loop serves all three
// with direct calls.

internal readonly struct PlainView(ShardMap<ulong, ulong> map) : ILookupMap<ulong, ulong>, IExchangeMap
{
    public bool TryGet(ulong key, out ulong value) => map.TryGetValue(key, out value);

    public bool TryExchange(ulong key, ulong value, out ulong old) => map.TryExchange(key, value, out old);
}

internal readonly struct SnapshotView(ShardMapSnapshot<ulong, ulong> map) : ILookupMap<ulong, ulong>
{
    public bool TryGet(ulong key, out ulong value) => map.TryGetValue(key, out value);
}

internal readonly struct AuditedView(AuditedShardMap<ulong, ulong, DefaultHasher<ulong>> map)
    : ILookupMap<ulong, ulong>, IExchangeMap
{
    public bool TryGet(ulong key, out ulong value) => map.TryGetValue(key, out value);

    public bool TryExchange(ulong key, ulong value, out ulong old) => map.TryExchange(key, value, out old);
}

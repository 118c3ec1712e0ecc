namespace FastShardMap.Inspector.Specimen;

/// <summary>A key that only its own GetHashCode can hash.</summary>
internal readonly record struct TradeKey(int Account, long Order);

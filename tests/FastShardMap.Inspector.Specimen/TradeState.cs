namespace FastShardMap.Inspector.Specimen;

internal enum TradeState
{
    Open,
    Filled,
    Closed,
}

namespace FastShardMap.Bench.Drive;

/// <summary>What a driver's thread does to the map in one step.</summary>
internal enum OperationKind
{
    Read = 0,
    Update = 1,
    ReadModifyWrite = 2,
    Remove = 3,
    Insert = 4,
}

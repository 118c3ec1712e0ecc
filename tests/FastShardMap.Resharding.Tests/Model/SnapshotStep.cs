namespace FastShardMap.Resharding.Tests.Model;

/// <summary>What is to be done next with a snapshot.</summary>
internal enum SnapshotStep : byte
{
    None,
    Take,
    Apply,
    Forget,
}

namespace FastShardMap.Cluster;

/// <summary>What the tool ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A step failed, or the servers differ from the table.</summary>
    public const int Failure = 1;

    public const int BadInput = 2;
}

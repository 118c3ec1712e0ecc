namespace FastShardMap.Inspector.Commands;

/// <summary>What the process ends with; native-layout-docs/observation.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The check has found errors.</summary>
    public const int Inconsistent = 1;

    /// <summary>The command line cannot be understood (System.CommandLine's own code), or names nothing that is there.</summary>
    public const int Unusable = 2;

    /// <summary>The tool itself has failed.</summary>
    public const int Failed = 3;
}

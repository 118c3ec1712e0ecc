namespace FastShardMap.Inspector;

/// <summary>What the process ends with; native-layout-docs/observation.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The check has found errors, or something could not be read.</summary>
    public const int Inconsistent = 1;

    /// <summary>The command line cannot be understood (System.CommandLine's own code), or names nothing that is there.</summary>
    public const int Unusable = 2;

    /// <summary>The tool itself has failed.</summary>
    public const int Failed = 3;

    /// <summary>A file, or the standard output, could not be written: the disk is full, or permission is missing.</summary>
    public const int NotWritten = 4;

    /// <summary>The process ended while it was looked at.</summary>
    public const int TargetEnded = 5;
}

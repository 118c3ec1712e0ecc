namespace FastShardMap.Inspector;

/// <summary>The exit codes of the tool; native-layout-docs/observation.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The check found errors, or some data could not be read.</summary>
    public const int Inconsistent = 1;

    /// <summary>
    /// The command line is invalid (System.CommandLine's own code), or names something that does not exist.
    /// </summary>
    public const int Unusable = 2;

    /// <summary>The tool itself failed.</summary>
    public const int Failed = 3;

    /// <summary>
    /// A file, or the standard output, could not be written: the disk is full, or permission is missing.
    /// </summary>
    public const int NotWritten = 4;

    /// <summary>The process ended while the tool read it.</summary>
    public const int TargetEnded = 5;
}

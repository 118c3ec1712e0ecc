namespace FastShardMap.Inspector;

/// <summary>What the user asked for cannot be done; the message says why, and no stack trace is of interest.</summary>
/// <remarks><see cref="ExitCode"/> is what the process ends with.</remarks>
internal sealed class InspectionException : Exception
{
    public InspectionException()
    {
    }

    public InspectionException(string message)
        : base(message)
    {
    }

    public InspectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public int ExitCode { get; init; } = Inspector.ExitCode.Unusable;
}

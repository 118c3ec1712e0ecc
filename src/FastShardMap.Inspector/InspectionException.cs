namespace FastShardMap.Inspector;

/// <summary>The tool cannot do what the user asked for. The message says why; the user needs no stack trace.</summary>
/// <remarks>The process exits with <see cref="ExitCode"/>.</remarks>
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

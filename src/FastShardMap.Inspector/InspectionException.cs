namespace FastShardMap.Inspector;

/// <summary>What the user asked for cannot be done; the message says why, and no stack trace is of interest.</summary>
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
}

namespace FastShardMap.Bench.Census;

/// <summary>The input cannot be read; the message says which and why.</summary>
internal sealed class CensusInputException : Exception
{
    public CensusInputException()
    {
    }

    public CensusInputException(string message)
        : base(message)
    {
    }

    public CensusInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

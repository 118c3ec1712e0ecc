namespace FastShardMap.Bench.Measuring;

/// <summary>Two maps did the same work and came to different results: no figure of such a run means anything.</summary>
internal sealed class AnswersDifferException : Exception
{
    public AnswersDifferException()
    {
    }

    public AnswersDifferException(string message)
        : base(message)
    {
    }

    public AnswersDifferException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

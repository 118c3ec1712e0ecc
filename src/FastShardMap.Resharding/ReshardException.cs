namespace FastShardMap.Resharding;

/// <summary>A reshard cannot go on: the stored state forbids it, or another coordinator has changed it.</summary>
public sealed class ReshardException : Exception
{
    /// <summary>Creates an exception without a message of its own.</summary>
    public ReshardException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened.</param>
    public ReshardException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public ReshardException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

namespace FastShardMap.Near;

/// <summary>The engine holds bytes under a key that are not a value of the near map's type: written by another
/// program, by an older version of the type, or damaged.</summary>
public sealed class NearFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    public NearFormatException()
        : base("The engine holds bytes that are not a value of this near map.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    /// <param name="message">What is wrong with the bytes.</param>
    public NearFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and a cause.</summary>
    /// <param name="message">What is wrong with the bytes.</param>
    /// <param name="innerException">The cause.</param>
    public NearFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

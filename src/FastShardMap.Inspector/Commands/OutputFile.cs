namespace FastShardMap.Inspector.Commands;

/// <summary>Writes files that the user asked for, and says which one cannot be written.</summary>
internal static class OutputFile
{
    /// <exception cref="InspectionException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            using FileStream file = File.Create(path);
            write(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, exception);
        }
    }

    public static InspectionException NotWritten(string what, Exception exception) =>
        new($"{what} cannot be written: {exception.Message}", exception) { ExitCode = ExitCode.NotWritten };
}

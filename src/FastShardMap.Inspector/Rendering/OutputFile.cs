namespace FastShardMap.Inspector.Rendering;

/// <summary>Writes the files that the user asked for, and reports a file that cannot be written.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file completely or not at all. If writing fails, the old file stays.</summary>
    /// <exception cref="InspectionException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            string file = Path.GetFullPath(path);
            if (!IsOfTheSystem(file) && new FileInfo(file) is { LinkTarget: not null } link
                && link.ResolveLinkTarget(returnFinalTarget: true) is { } linked)
            {
                file = linked.FullName;
            }

            if (Path.Exists(file) && (IsOfTheSystem(file) || new FileInfo(file).Length == 0))
            {
                // A device, a pipe or an empty file has nothing to keep, and must not be replaced.
                using FileStream device = new(file, FileMode.Open, FileAccess.Write);
                write(device);
            }
            else
            {
                Replace(file, write);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw NotWritten(path, exception);
        }
    }

    public static InspectionException NotWritten(string what, Exception exception) =>
        new($"{Printable.Name(what)} cannot be written: {exception.Message}", exception)
        {
            ExitCode = ExitCode.NotWritten,
        };

    private static bool IsOfTheSystem(string file) =>
        file.StartsWith("/dev/", StringComparison.Ordinal) || file.StartsWith("/proc/", StringComparison.Ordinal);

    private static void Replace(string file, Action<Stream> write)
    {
        string unfinished = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(file))
            {
                File.SetUnixFileMode(unfinished, File.GetUnixFileMode(file));
            }

            File.Move(unfinished, file, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}

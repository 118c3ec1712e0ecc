using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>Makes a rename durable: on Unix the directory is flushed like a file. Windows has no such call; NTFS keeps
/// its directories consistent by its journal.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;

    /// <summary>Flushes a directory to the disk.</summary>
    /// <returns>False where the system has no such thing, or refuses.</returns>
    public static bool TryFlush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        int file = open(directory, ReadOnly);
        if (file < 0)
        {
            return false;
        }

        bool flushed = fsync(file) == 0;
        _ = close(file);
        return flushed;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int close(int file);
}

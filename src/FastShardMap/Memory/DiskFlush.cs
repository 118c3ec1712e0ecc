using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Memory;

/// <summary>Implements disk operations that the framework does not provide.</summary>
internal static partial class DiskFlush
{
    private const int ReadOnly = 0;

    /// <summary>SYNC_FILE_RANGE_WRITE: starts writing dirty pages and does not wait.</summary>
    private const uint StartWriting = 2;

    /// <summary>Starts writing a part of a file to the disk, so that the final flush has less to wait for, and other
    /// users of the disk do not get all of its writes at once. This is a hint: it guarantees nothing, and does nothing
    /// on operating systems without such a call.</summary>
    public static void Begin(SafeFileHandle file, long offset, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = sync_file_range(file, offset, bytes, StartWriting);
        }
    }

    /// <summary>Makes a rename durable. On Unix, the directory is flushed like a file. Windows has no such call; NTFS
    /// keeps its directories consistent by its journal.</summary>
    /// <returns><see langword="false"/> if the operating system has no such call, or refuses it.</returns>
    public static bool TryFlushDirectory(string directory)
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

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int close(int file);
}

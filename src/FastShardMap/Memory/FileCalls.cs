using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Memory;

/// <summary>Implements Unix file system operations that saving needs and that the framework does not provide. Where the
/// operating system has no such call, the methods return the result that changes nothing.</summary>
internal static unsafe partial class FileCalls
{
    private const int LongestPathBytes = 4096;
    private const int ForWriting = 2;
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int DoNotWait = 4;

    // Error numbers that are equal on every Unix, and one HRESULT of Windows.
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;
    private const int NotADirectory = 20;
    private const int ReadOnlyFileSystem = 30;
    private const int SharingViolation = unchecked((int)0x80070020);

    public static bool IsLinux => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    public static bool IsUnix => IsLinux || OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD();

    private static int WouldBlock => IsLinux ? 11 : 35;

    private static int NameTooLong => IsLinux ? 36 : 63;

    /// <summary>The user whose rights apply; 0 is root.</summary>
    public static uint EffectiveUser => IsUnix ? geteuid() : 0;

    /// <summary>Returns the exception for an error number of the operating system.</summary>
    public static Exception Failure(int error, string named)
    {
        string what = $"{Marshal.GetPInvokeErrorMessage(error)}: '{named}'.";
        return error switch
        {
            NotPermitted or AccessDenied => new UnauthorizedAccessException(what),
            NoSuchFile or NotADirectory =>
                new DirectoryNotFoundException($"Could not find a part of the path '{named}'."),
            _ when error == NameTooLong => new PathTooLongException(what),
            _ => new IOException(what, error),
        };
    }

    /// <summary>Returns the path of a directory without links and <c>..</c>, as the operating system resolves it.
    /// Shortening the text of the path would ignore links.</summary>
    public static string ResolveDirectory(string directory, string named)
    {
        byte* resolved = stackalloc byte[LongestPathBytes + 1];
        return realpath(directory, resolved) != null
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved))
            : throw Failure(Marshal.GetLastPInvokeError(), named);
    }

    /// <summary>Throws if the operating system would not let this process write to a file.</summary>
    public static void RequireWriteAccess(string path, string named)
    {
        if (!IsUnix)
        {
            return;
        }

        // Check the rights of the effective user and not of the real one, as opening a file does.
        (int currentDirectory, int effective) =
            IsLinux ? (-100, 0x200)
            : OperatingSystem.IsFreeBSD() ? (-100, 0x100)
            : (-2, 0x10);
        if (faccessat(currentDirectory, path, ForWriting, effective) != 0
            && Marshal.GetLastPInvokeError() is NotPermitted or AccessDenied or ReadOnlyFileSystem)
        {
            throw Failure(Marshal.GetLastPInvokeError(), named);
        }
    }

    /// <summary>Tries to change the owner and the group of a file. Ordinary users may only choose one of their own
    /// groups.</summary>
    public static void TryChangeOwner(SafeFileHandle file, uint owner, uint group)
    {
        if (fchown(file, owner, group) != 0)
        {
            _ = fchown(file, uint.MaxValue, group);
        }
    }

    /// <summary>Tries to lock a file for as long as the handle is open, without waiting. Shared locks exclude only
    /// exclusive ones. The locks of the framework are of the same kind, but can be turned off.</summary>
    /// <returns><see langword="false"/> if another handle has a lock that excludes this one; <see langword="null"/> if
    /// the file system does not support locks.</returns>
    public static bool? TryLock(SafeFileHandle file, bool exclusively) =>
        !IsUnix || flock(file, (exclusively ? Exclusive : Shared) | DoNotWait) == 0 ? true
        : Marshal.GetLastPInvokeError() == WouldBlock ? false
        : null;

    /// <summary>Returns whether a file could not be opened because another handle has locked it.</summary>
    public static bool IsLockConflict(IOException exception) =>
        exception.HResult == (IsUnix ? WouldBlock : SharingViolation);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* realpath(string path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int faccessat(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int fchown(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint geteuid();
}

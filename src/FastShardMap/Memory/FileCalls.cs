using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Memory;

/// <summary>What saving asks of the file systems of Unix beyond what the framework has. Where there is no such call,
/// the answers are those that change nothing.</summary>
internal static unsafe partial class FileCalls
{
    private const int LongestPathBytes = 4096;
    private const int ForWriting = 2;
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int DoNotWait = 4;

    // The numbers that every Unix shares, and the one that is not.
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

    /// <summary>The user whose rights count, 0 for root.</summary>
    public static uint EffectiveUser => IsUnix ? geteuid() : 0;

    /// <summary>The exception for an error of the system.</summary>
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

    /// <summary>The name of a directory that contains no link and no <c>..</c>, as the system walks it. Textual
    /// shortening would walk past links.</summary>
    public static string ResolveDirectory(string directory, string named)
    {
        byte* resolved = stackalloc byte[LongestPathBytes + 1];
        return realpath(directory, resolved) != null
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved))
            : throw Failure(Marshal.GetLastPInvokeError(), named);
    }

    /// <summary>Throws if the system would not let this process write to a file.</summary>
    public static void RequireWriteAccess(string path, string named)
    {
        if (!IsUnix)
        {
            return;
        }

        // The effective user, not the real one, as when a file is opened.
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

    /// <summary>Gives a file another owner and group. Ordinary users may only choose among their groups.</summary>
    public static void TryChangeOwner(SafeFileHandle file, uint owner, uint group)
    {
        if (fchown(file, owner, group) != 0)
        {
            _ = fchown(file, uint.MaxValue, group);
        }
    }

    /// <summary>Locks a file for as long as the handle is open, or fails at once. Locks for sharing exclude only those
    /// that do not share; the framework's own locks are of the same kind, but can be turned off.</summary>
    /// <returns>False if another handle has a lock that excludes this one; null if the file system has no
    /// locks.</returns>
    public static bool? TryLock(SafeFileHandle file, bool exclusively) =>
        !IsUnix || flock(file, (exclusively ? Exclusive : Shared) | DoNotWait) == 0 ? true
        : Marshal.GetLastPInvokeError() == WouldBlock ? false
        : null;

    /// <summary>Whether a file could not be opened because another handle has a lock.</summary>
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

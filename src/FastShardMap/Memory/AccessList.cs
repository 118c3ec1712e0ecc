using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Memory;

/// <summary>The access control list of a file on Linux. With one, the group's bits of the mode are no longer the
/// group's rights but the most that any entry of the list grants; so a mode without its list can grant more.</summary>
internal static unsafe partial class AccessList
{
    private const string Attribute = "system.posix_acl_access";
    private const int LongestBytes = 64 * 1024;

    /// <summary>The list of a file; empty if there is none, or the file system has none.</summary>
    public static byte[] Of(string path)
    {
        if (!FileCalls.IsLinux)
        {
            return [];
        }

        nint bytes = getxattr(path, Attribute, null, 0);
        if (bytes is <= 0 or > LongestBytes)
        {
            return [];
        }

        byte[] list = new byte[bytes];
        fixed (byte* start = list)
        {
            bytes = getxattr(path, Attribute, start, (nuint)list.Length);
        }

        return bytes == list.Length ? list : [];
    }

    /// <summary>Gives a file a list, or takes the one away that it got from its directory.</summary>
    /// <returns>False if the system refuses.</returns>
    public static bool TryGive(SafeFileHandle file, ReadOnlySpan<byte> list)
    {
        if (!FileCalls.IsLinux)
        {
            return true;
        }

        if (list.IsEmpty)
        {
            // It fails where there is nothing to take away.
            _ = fremovexattr(file, Attribute);
            return true;
        }

        fixed (byte* start = list)
        {
            return fsetxattr(file, Attribute, start, (nuint)list.Length, 0) == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "getxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getxattr(string path, string name, byte* value, nuint bytes);

    [LibraryImport("libc", EntryPoint = "fsetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fsetxattr(SafeFileHandle file, string name, byte* value, nuint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "fremovexattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fremovexattr(SafeFileHandle file, string name);
}

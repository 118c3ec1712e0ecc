using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Memory;

/// <summary>Reads and writes the access control list of a file on Linux. If a file has such a list, the group bits of
/// its mode are not the rights of the group, but the most that any entry of the list grants. A mode without its list
/// can therefore grant more.</summary>
internal static unsafe partial class AccessList
{
    private const string Attribute = "system.posix_acl_access";
    private const int LongestBytes = 64 * 1024;

    /// <summary>Returns the list of a file; empty if it has none, or if the file system does not support
    /// lists.</summary>
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

    /// <summary>Sets the list of a file. An empty list removes the one that the file inherited from its
    /// directory.</summary>
    /// <returns><see langword="false"/> if the operating system refuses.</returns>
    public static bool TryGive(SafeFileHandle file, ReadOnlySpan<byte> list)
    {
        if (!FileCalls.IsLinux)
        {
            return true;
        }

        if (list.IsEmpty)
        {
            // This fails if the file has no list, which is harmless.
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

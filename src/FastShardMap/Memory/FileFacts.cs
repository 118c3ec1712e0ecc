using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>Describes a path as the operating system sees it, without opening it. A FIFO or a device must not be opened
/// to find out that it is one.</summary>
/// <remarks>The framework only distinguishes directories and links from everything else. On Linux, this type calls
/// <c>statx</c>, whose record is the same on every architecture; on macOS and FreeBSD it calls <c>stat</c>, whose
/// offsets are fixed by their ABI. Windows has no owner and no mode; there, the read-only attribute stands for the
/// mode.</remarks>
internal readonly unsafe partial record struct FileFacts
{
    private const int RecordBytes = 256;
    private const int NoSuchFile = 2;
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicFacts = 0x7FF;

    // STATX_ATTR_IMMUTABLE and STATX_ATTR_APPEND, STATX_ATTR_MOUNT_ROOT; UF_ and SF_IMMUTABLE and APPEND.
    private const ulong LinuxUnchangeable = 0x30;
    private const ulong LinuxMountPoint = 0x2000;
    private const ulong BsdUnchangeable = 0x0006_0006;

    public required FileKind Kind { get; init; }

    /// <summary>The permission bits: read, write and execute for owner, group and others, nine bits.</summary>
    public required int Permissions { get; init; }

    /// <summary>Whether only the owner of a file in this directory may replace it.</summary>
    public bool IsSticky { get; init; }

    public uint Owner { get; init; }

    public uint OwnerGroup { get; init; }

    /// <summary>Whether the flags of the file forbid replacing it, whatever the permissions are.</summary>
    public bool IsUnchangeable { get; init; }

    /// <summary>Whether something is mounted at this path, for example a single file in a container. A file cannot be
    /// renamed to such a path.</summary>
    public bool IsMountPoint { get; init; }

    /// <summary>Whether the owner, the group or others may write.</summary>
    public bool IsWritable => (Permissions & 0b010_010_010) != 0;

    /// <summary>Whether all users may add files to this directory.</summary>
    public bool IsWritableByOthers => (Permissions & 0b000_000_010) != 0;

    /// <summary>Returns the description of a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether to describe the target of a link instead of the link itself.</param>
    /// <param name="named">The path as exceptions show it.</param>
    /// <returns><see langword="null"/> if there is nothing at this path.</returns>
    public static FileFacts? Of(string path, bool followLinks, string named)
    {
        if (!FileCalls.IsUnix)
        {
            return OfAttributes(path);
        }

        byte* record = stackalloc byte[RecordBytes];
        ReadOnlySpan<byte> bytes = new(record, RecordBytes);
        if (Ask(path, followLinks, record) == 0)
        {
            return FileCalls.IsLinux ? OfLinux(bytes) : OperatingSystem.IsFreeBSD() ? OfFreeBsd(bytes) : OfApple(bytes);
        }

        int error = Marshal.GetLastPInvokeError();
        return error == NoSuchFile ? null : throw FileCalls.Failure(error, named);
    }

    private static int Ask(string path, bool followLinks, byte* record)
    {
        if (FileCalls.IsLinux)
        {
            nint flags = followLinks ? 0 : DoNotFollow;
            return (int)statx(NumberOfStatx(), CurrentDirectory, path, flags, BasicFacts, record);
        }

        // On Intel Macs, the plain names belong to a record with short file numbers.
        bool isPlain = OperatingSystem.IsFreeBSD() || RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        return (isPlain, followLinks) switch
        {
            (true, true) => stat(path, record),
            (true, false) => lstat(path, record),
            (false, true) => stat64(path, record),
            (false, false) => lstat64(path, record),
        };
    }

    // The library function is newer than the oldest C libraries that .NET supports; the system call is not.
    private static nint NumberOfStatx() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 332,
        Architecture.X86 or Architecture.Ppc64le => 383,
        Architecture.Arm => 397,
        Architecture.S390x => 379,
        _ => 291,
    };

    private static FileFacts OfLinux(ReadOnlySpan<byte> record) =>
        OfMode(Number16(record, 28), Number32(record, 20), Number32(record, 24)) with
        {
            IsUnchangeable = (BitConverter.ToUInt64(record[8..]) & LinuxUnchangeable) != 0,
            IsMountPoint = (BitConverter.ToUInt64(record[8..]) & LinuxMountPoint) != 0,
        };

    private static FileFacts OfApple(ReadOnlySpan<byte> record) =>
        OfMode(Number16(record, 4), Number32(record, 16), Number32(record, 20)) with
        {
            IsUnchangeable = (Number32(record, 116) & BsdUnchangeable) != 0,
        };

    private static FileFacts OfFreeBsd(ReadOnlySpan<byte> record) =>
        OfMode(Number16(record, 24), Number32(record, 28), Number32(record, 32)) with
        {
            IsUnchangeable = (Number32(record, 132) & BsdUnchangeable) != 0,
        };

    private static FileFacts OfMode(ushort mode, uint owner, uint group) => new()
    {
        Kind = (mode >> 12) switch
        {
            1 => FileKind.Fifo,
            2 => FileKind.CharacterDevice,
            4 => FileKind.Directory,
            6 => FileKind.BlockDevice,
            8 => FileKind.Regular,
            10 => FileKind.Link,
            12 => FileKind.Socket,
            _ => FileKind.Other,
        },
        Permissions = mode & 0b111_111_111,
        IsSticky = (mode & 0b001_000_000_000) != 0,
        Owner = owner,
        OwnerGroup = group,
    };

    private static FileFacts? OfAttributes(string path)
    {
        try
        {
            FileAttributes attributes = File.GetAttributes(path);
            return new FileFacts
            {
                Kind = attributes.HasFlag(FileAttributes.Directory) ? FileKind.Directory
                    : attributes.HasFlag(FileAttributes.Device) ? FileKind.CharacterDevice
                    : FileKind.Regular,
                Permissions = attributes.HasFlag(FileAttributes.ReadOnly) ? 0b100_100_100 : 0b110_110_110,
            };
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static ushort Number16(ReadOnlySpan<byte> record, int offset) => BitConverter.ToUInt16(record[offset..]);

    private static uint Number32(ReadOnlySpan<byte> record, int offset) => BitConverter.ToUInt32(record[offset..]);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint statx(nint number, nint directory, string path, nint flags, nuint mask, byte* record);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int stat(string path, byte* record);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lstat(string path, byte* record);

    [LibraryImport(
        "libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int stat64(string path, byte* record);

    [LibraryImport(
        "libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lstat64(string path, byte* record);
}

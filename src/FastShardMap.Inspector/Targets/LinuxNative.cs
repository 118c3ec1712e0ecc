using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>System calls of Linux for which the framework has no API.</summary>
internal static unsafe partial class LinuxNative
{
    public const int Seize = 0x4206;
    public const int Interrupt = 0x4207;
    public const int Detach = 17;

    public const int NoSuchProcess = 3;

    /// <summary><c>WNOHANG | __WALL</c>: does not wait, and reports threads of every kind.</summary>
    public const int AtOnce = 1 | 0x40000000;

    private const int KillSignal = 9;
    private const int ParentDeathSignal = 1;
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;
    private const int StatxBytes = 256;
    private const uint OwnerWanted = 8;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const string Library = "libc";

    /// <summary>The type bits of a file's mode (<c>S_IFMT</c>), after following links; 0 if they are unknown.</summary>
    public static int FileType(string path)
    {
        byte* buffer = stackalloc byte[StatxBytes];
        return TryStatx(path, TypeWanted, buffer) ? *(ushort*)(buffer + ModeOffset) & TypeMask : 0;
    }

    /// <summary>Whether a file, after following links, belongs to root or to the user of this process.</summary>
    public static bool BelongsToRootOrUser(string path)
    {
        byte* buffer = stackalloc byte[StatxBytes];
        return TryStatx(path, OwnerWanted, buffer)
            && *(uint*)(buffer + OwnerOffset) is uint owner
            && (owner == 0 || owner == EffectiveUserId());
    }

    /// <summary>Makes this process end when its parent ends, for whatever reason.</summary>
    public static void EndWithParent(int parent)
    {
        _ = Prctl(ParentDeathSignal, KillSignal, 0, 0, 0);
        if (ParentId() != parent)
        {
            Environment.Exit(128 + KillSignal); // the parent has already ended
        }
    }

    /// <summary>A second descriptor of an open file.</summary>
    public static SafeFileHandle Duplicate(int descriptor) => new(Dup(descriptor), ownsHandle: true);

    /// <summary>Makes a file descriptor refer to a file.</summary>
    public static void Redirect(int descriptor, SafeHandle file) =>
        _ = Dup2((int)file.DangerousGetHandle(), descriptor);

    /// <summary>Writes some bytes at the descriptor's current position.</summary>
    public static nint Write(SafeFileHandle descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Write(descriptor, start, (nuint)bytes.Length);
        }
    }

    private static bool TryStatx(string path, uint wanted, byte* buffer)
    {
        try
        {
            return Statx(CurrentFolder, path, 0, wanted, buffer) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // the C library is older than the call
        }
    }

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle descriptor, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "ptrace", SetLastError = true)]
    public static partial nint Ptrace(nint request, nint thread, nint address, nint data);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitFor(int thread, out int status, int options);

    [LibraryImport(Library, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport(Library, EntryPoint = "getppid")]
    private static partial int ParentId();

    [LibraryImport(Library, EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "dup")]
    private static partial int Dup(int descriptor);

    [LibraryImport(Library, EntryPoint = "dup2")]
    private static partial int Dup2(int from, int to);
}

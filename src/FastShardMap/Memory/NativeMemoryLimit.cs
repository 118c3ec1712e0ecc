using System.Globalization;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>The upper limit of the unmanaged memory that this process can have. Larger requests are refused before
/// anything is mapped, because an operating system that overcommits memory would end the process when it touches the
/// pages.</summary>
/// <param name="Bytes">The lowest of the limits.</param>
/// <param name="Name">The description of that limit, for an exception.</param>
/// <remarks>The limit that the garbage collector reports is not used. It is the limit of the managed heap
/// (<c>DOTNET_GCHeapHardLimit</c>, and three quarters of a container), and tables are not in that heap.</remarks>
internal readonly partial record struct NativeMemoryLimit(ulong Bytes, string Name)
{
    /// <summary>Reservations up to this size are not checked, because a check reads a few system files.</summary>
    private const ulong UnquestionedBytes = 64 << 20;

    // The values of the C library's constants.
    private const int LinuxPhysicalPages = 85;
    private const int MacPhysicalPages = 200;
    private const int FreeBsdPhysicalPages = 121;
    private const int LinuxAddressSpace = 9;
    private const int MacAddressSpace = 5;
    private const int FreeBsdAddressSpace = 10;

    /// <summary>Returns whether a reservation exceeds what the process can have.</summary>
    /// <param name="bytes">The size of the reservation.</param>
    /// <param name="limit">Receives the limit, if the reservation exceeds it.</param>
    public static bool IsExceededBy(UInt128 bytes, out NativeMemoryLimit limit)
    {
        limit = bytes <= UnquestionedBytes ? default : Current();
        return bytes > UnquestionedBytes && bytes > limit.Bytes;
    }

    /// <summary>Returns the current limit. It is determined anew each time, because the limits of a running process may
    /// change.</summary>
    public static NativeMemoryLimit Current()
    {
        NativeMemoryLimit limit = new(PhysicalBytes(), "the memory of this machine");
        if (!OperatingSystem.IsWindows())
        {
            limit = limit.Or(AddressSpaceBytes(), "the process's limit of address space");
        }

        return OperatingSystem.IsLinux()
            ? limit.Or(ControlGroupMemory.LimitOf("/proc/self"), "the memory of the control group")
            : limit;
    }

    /// <summary>Returns the description and the size of the limit, for an exception.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}, {Bytes:N0} bytes");

    private NativeMemoryLimit Or(ulong bytes, string name) => bytes < Bytes ? new(bytes, name) : this;

    private static ulong PhysicalBytes()
    {
        if (OperatingSystem.IsWindows())
        {
            MemoryStatus status = new() { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
            return GlobalMemoryStatusEx(ref status) != 0 ? status.TotalPhysical : ulong.MaxValue;
        }

        long pages = (long)sysconf(
            OperatingSystem.IsMacOS() ? MacPhysicalPages
            : OperatingSystem.IsFreeBSD() ? FreeBsdPhysicalPages
            : LinuxPhysicalPages);
        return pages > 0 ? (ulong)pages * PageMemory.PageBytes : ulong.MaxValue;
    }

    private static ulong AddressSpaceBytes()
    {
        int resource =
            OperatingSystem.IsMacOS() ? MacAddressSpace
            : OperatingSystem.IsFreeBSD() ? FreeBsdAddressSpace
            : LinuxAddressSpace;
        // "No limit" is a large number.
        return getrlimit(resource, out ResourceLimit limit) == 0 ? limit.Current : ulong.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint sysconf(int name);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int getrlimit(int resource, out ResourceLimit limit);

    [LibraryImport("kernel32", EntryPoint = "GlobalMemoryStatusEx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int GlobalMemoryStatusEx(ref MemoryStatus status);

#pragma warning disable CS0649, CS0169, S1144 // filled by the operating system
    private struct ResourceLimit
    {
        public ulong Current;
        private ulong _maximum;
    }

    private struct MemoryStatus
    {
        public uint Length;
        private uint _load;
        public ulong TotalPhysical;
        private ulong _freePhysical;
        private ulong _totalPageFile;
        private ulong _freePageFile;
        private ulong _totalVirtual;
        private ulong _freeVirtual;
        private ulong _freeExtended;
    }
#pragma warning restore CS0649, CS0169, S1144
}

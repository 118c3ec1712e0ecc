using System.Globalization;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>How much unmanaged memory this process can have at the very most. What exceeds it is refused before anything
/// is mapped: the systems that promise more memory than they have would end the process at its first touch.</summary>
/// <param name="Bytes">The least of the limits.</param>
/// <param name="Name">Whose limit that is, for a message.</param>
/// <remarks>The garbage collector knows a number of its own, which is no help: it ends at the limit that is set for the
/// managed heap (<c>DOTNET_GCHeapHardLimit</c>, and three quarters of a container), and tables are not in that heap.</remarks>
internal readonly partial record struct NativeMemoryLimit(ulong Bytes, string Name)
{
    /// <summary>Reservations up to here are nobody's question; the answer costs a few system files.</summary>
    private const ulong UnquestionedBytes = 64 << 20;

    // The numbers of the C library's constants.
    private const int LinuxPhysicalPages = 85;
    private const int MacPhysicalPages = 200;
    private const int FreeBsdPhysicalPages = 121;
    private const int LinuxAddressSpace = 9;
    private const int MacAddressSpace = 5;
    private const int FreeBsdAddressSpace = 10;

    /// <summary>Whether a reservation exceeds what the process can have.</summary>
    /// <param name="bytes">The reservation.</param>
    /// <param name="limit">The limit, if it does.</param>
    public static bool IsExceededBy(UInt128 bytes, out NativeMemoryLimit limit)
    {
        limit = bytes <= UnquestionedBytes ? default : Current();
        return bytes > UnquestionedBytes && bytes > limit.Bytes;
    }

    /// <summary>The limit now: it is asked anew each time, for a running process may get another.</summary>
    public static NativeMemoryLimit Current()
    {
        NativeMemoryLimit limit = new(PhysicalBytes(), "the memory of this machine");
        if (!OperatingSystem.IsWindows())
        {
            limit = limit.Or(AddressSpaceBytes(), "the process's limit of address space");
        }

        return OperatingSystem.IsLinux() ? limit.Or(ControlGroupMemory.LimitOf("/proc/self"), "the memory of the control group") : limit;
    }

    /// <summary>For an exception: whose limit, and how much it is.</summary>
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
            OperatingSystem.IsMacOS() ? MacPhysicalPages : OperatingSystem.IsFreeBSD() ? FreeBsdPhysicalPages : LinuxPhysicalPages);
        return pages > 0 ? (ulong)pages * PageMemory.PageBytes : ulong.MaxValue;
    }

    private static ulong AddressSpaceBytes()
    {
        int resource =
            OperatingSystem.IsMacOS() ? MacAddressSpace : OperatingSystem.IsFreeBSD() ? FreeBsdAddressSpace : LinuxAddressSpace;
        return getrlimit(resource, out ResourceLimit limit) == 0 ? limit.Current : ulong.MaxValue; // "none" is a large number
    }

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint sysconf(int name);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int getrlimit(int resource, out ResourceLimit limit);

    [LibraryImport("kernel32", EntryPoint = "GlobalMemoryStatusEx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int GlobalMemoryStatusEx(ref MemoryStatus status);

#pragma warning disable CS0649, CS0169, S1144 // filled by the system
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

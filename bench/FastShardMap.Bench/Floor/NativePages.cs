using System.Globalization;
using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Floor;

/// <summary>
/// Memory straight from the system whose page size is known: on Linux forbidden or asked to be huge, elsewhere the
/// default.
/// </summary>
internal sealed unsafe partial class NativePages : IDisposable
{
    private const nuint HugePageBytes = 2 << 20;

    private readonly void* _mapped;
    private readonly nuint _mappedBytes;

    public NativePages(long bytes, bool huge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);

        // Whole huge pages, and room to begin on the boundary of one.
        Bytes = ((nuint)bytes + HugePageBytes - 1) & ~(HugePageBytes - 1);
        _mappedBytes = Bytes + HugePageBytes;
        _mapped = OperatingSystem.IsLinux()
            ? Map(_mappedBytes)
            : NativeMemory.AlignedAlloc(_mappedBytes, HugePageBytes);
        Address = (byte*)(((nuint)_mapped + HugePageBytes - 1) & ~(HugePageBytes - 1));
        if (OperatingSystem.IsLinux())
        {
            // Advice only: a kernel without huge pages refuses it, and then HugeShare says so.
            _ = LinuxMemory.Advise(Address, Bytes, huge ? LinuxMemory.AdviceHugePage : LinuxMemory.AdviceNoHugePage);
        }

        NativeMemory.Clear(Address, Bytes);
    }

    ~NativePages() => Release();

    public byte* Address { get; }

    public nuint Bytes { get; }

    /// <summary>
    /// How much of the memory the system backs with huge pages now, 0 to 1; NaN where it does not tell.
    /// </summary>
    public double HugeShare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return double.NaN;
        }

        bool inside = false;
        double hugeKilobytes = 0;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            if (dash > 0 && blank > dash &&
                TryParseHex(line.AsSpan(0, dash), out ulong low) &&
                TryParseHex(line.AsSpan(dash + 1, blank - dash - 1), out ulong high))
            {
                inside = low < (ulong)Address + Bytes && high > (ulong)Address;
            }
            else if (inside && line.StartsWith("AnonHugePages:", StringComparison.Ordinal))
            {
                hugeKilobytes += double.Parse(line.AsSpan(14, line.Length - 14 - 3), CultureInfo.InvariantCulture);
            }
        }

        return hugeKilobytes * 1024 / Bytes;
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static bool TryParseHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);

    private static void* Map(nuint bytes)
    {
        void* address = LinuxMemory.Map(
            null, bytes, LinuxMemory.ProtectReadWrite, LinuxMemory.MapPrivateAnonymous, fileDescriptor: -1, offset: 0);
        return (nint)address == -1 ? throw new InvalidOperationException($"mmap of {bytes} bytes failed.") : address;
    }

    private void Release()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = LinuxMemory.Unmap(_mapped, _mappedBytes);
        }
        else
        {
            NativeMemory.AlignedFree(_mapped);
        }
    }

    private static partial class LinuxMemory
    {
        public const int ProtectReadWrite = 1 | 2;
        public const int MapPrivateAnonymous = 0x02 | 0x20;
        public const int AdviceHugePage = 14;
        public const int AdviceNoHugePage = 15;

        [LibraryImport("libc", EntryPoint = "mmap")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial void* Map(
            void* address, nuint bytes, int protection, int flags, int fileDescriptor, nint offset);

        [LibraryImport("libc", EntryPoint = "munmap")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Unmap(void* address, nuint bytes);

        [LibraryImport("libc", EntryPoint = "madvise")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Advise(void* address, nuint bytes, int advice);
    }
}

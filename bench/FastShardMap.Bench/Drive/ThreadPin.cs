using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Drive;

/// <summary>Keeps the calling thread on one core until disposed, on Linux; elsewhere it does nothing.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe partial struct ThreadPin : IDisposable
{
    /// <summary>As large as the C library's cpu_set_t.</summary>
    private const int MaskWords = 16;

    private readonly bool _isPinned;

    private ThreadPin(bool isPinned) => _isPinned = isPinned;

    public static ThreadPin ToCore(int core)
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        core %= Environment.ProcessorCount;
        mask[core / 64] = 1UL << (core % 64);
        return new ThreadPin(Native.SetAffinity(0, MaskWords * sizeof(ulong), mask) == 0);
    }

    public void Dispose()
    {
        if (_isPinned)
        {
            ulong* mask = stackalloc ulong[MaskWords];
            new Span<ulong>(mask, MaskWords).Fill(ulong.MaxValue);
            _ = Native.SetAffinity(0, MaskWords * sizeof(ulong), mask);
        }
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
    }
}

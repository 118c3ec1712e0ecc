using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>
/// Allocates pages from the operating system; no other type of the library calls it for memory. This file dispatches;
/// one partial file per operating system contains the calls. All memory mapped here is private, anonymous, read/write
/// and initially zero.
/// </summary>
internal static unsafe partial class PageMemory
{
    /// <summary>The size of a transparent huge page on x64, and on ARM64 with 4 KiB pages.</summary>
    public const nuint HugePageBytes = 2 * 1024 * 1024;

    /// <summary>The page size of this system in bytes (4 KiB on x64, 16 KiB on Apple silicon).</summary>
    public static nuint PageBytes { get; } = (nuint)Environment.SystemPageSize;

    /// <summary>
    /// For tests: arenas that are created while this is set place every block directly before an inaccessible page, so
    /// that reading one byte past the end of a block faults instead of reading another block.
    /// </summary>
    public static bool GuardPages { get; set; }

    private static bool IsLinux => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    // macOS and FreeBSD share the constants and the semantics that matter here.
    private static bool IsBsd => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD();

    /// <summary>Maps zeroed pages whose first byte is at a multiple of <paramref name="alignment"/>.</summary>
    /// <param name="bytes">The length; rounded up to whole pages.</param>
    /// <param name="alignment">A power of two.</param>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory, or the length is too large to be
    /// expressed.</exception>
    public static byte* Map(nuint bytes, nuint alignment)
    {
        Debug.Assert(bytes > 0 && BitOperations.IsPow2(alignment));
        alignment = nuint.Max(alignment, PageBytes);

        // A quarter of the number range leaves room for rounding and over-mapping without overflow.
        if (bytes > nuint.MaxValue / 4 || alignment > nuint.MaxValue / 4 || FaultInjection.FailsMap(bytes))
        {
            ThrowOutOfMemory(bytes);
        }

        nuint length = RoundToPages(bytes);
        byte* start =
            OperatingSystem.IsWindows() ? Windows.Map(length, alignment) :
            IsLinux ? Linux.Map(length, alignment) :
            IsBsd ? Bsd.Map(length, alignment) :
            throw new PlatformNotSupportedException("FastShardMap requires Linux, Windows, macOS or FreeBSD.");
        if (start is null)
        {
            ThrowOutOfMemory(bytes);
        }

        Debug.Assert((nuint)start % alignment == 0);
        return start;
    }

    /// <summary>Unmaps the address range. No thread may touch it any more. A failure leaks the range without an
    /// exception.</summary>
    /// <param name="start">The address that <see cref="Map"/> returned.</param>
    /// <param name="bytes">The length that was passed to <see cref="Map"/>.</param>
    public static void Unmap(byte* start, nuint bytes)
    {
        nuint length = RoundToPages(bytes);
        if (OperatingSystem.IsWindows())
        {
            Windows.Unmap(start);
        }
        else
        {
            Posix.Unmap(start, length);
        }
    }

    /// <summary>
    /// Gives the physical pages back. The range stays readable and writable throughout, because a stale reader may be
    /// using it.
    /// </summary>
    /// <param name="start">The start of the range; page-aligned.</param>
    /// <param name="bytes">The length; whole pages.</param>
    /// <returns><see langword="true"/> if the range now reads zero; <see langword="false"/> if the contents are
    /// undefined, and the caller must clear them.</returns>
    public static bool TryDiscard(byte* start, nuint bytes)
    {
        Debug.Assert((nuint)start % PageBytes == 0 && bytes % PageBytes == 0);
        if (bytes == 0)
        {
            return true;
        }

        return !FaultInjection.FailsDiscard(bytes)
            && (OperatingSystem.IsWindows() ? Windows.TryDiscard(start, bytes)
                : IsLinux ? Linux.TryDiscard(start, bytes)
                : Bsd.TryDiscard(start, bytes));
    }

    /// <summary>
    /// Makes any range read zero, and gives back the whole pages inside it if the operating system can. Returns whether
    /// it gave back all of them; the range is zero in either case.
    /// </summary>
    public static bool DiscardOrClear(byte* start, nuint bytes)
    {
        byte* end = start + bytes;
        byte* firstPage = (byte*)RoundToPages((nuint)start);
        byte* lastPage = (byte*)((nuint)end & ~(PageBytes - 1));
        if (firstPage >= lastPage)
        {
            NativeMemory.Clear(start, bytes);
            return false;
        }

        NativeMemory.Clear(start, (nuint)(firstPage - start));
        NativeMemory.Clear(lastPage, (nuint)(end - lastPage));
        if (TryDiscard(firstPage, (nuint)(lastPage - firstPage)))
        {
            return true;
        }

        NativeMemory.Clear(firstPage, (nuint)(lastPage - firstPage));
        return false;
    }

    /// <summary>Requests transparent huge pages for the range. Returns false if the operating system has
    /// none.</summary>
    public static bool TryAdviseHugePages(byte* start, nuint bytes) =>
        IsLinux && Linux.TryAdviseHugePages(start, bytes);

    /// <summary>
    /// Keeps transparent huge pages out of the range, even if they are the system's default. Otherwise the first touch
    /// of a small map would take, and clear, two megabytes.
    /// </summary>
    public static bool TryForbidHugePages(byte* start, nuint bytes) =>
        IsLinux && Linux.TryForbidHugePages(start, bytes);

    /// <summary>
    /// Moves the range into huge pages now, which copies its contents (Linux 6.1). The range stays advised for huge
    /// pages. Takes milliseconds; for background threads.
    /// </summary>
    public static bool TryCollapse(byte* start, nuint bytes) => IsLinux && Linux.TryCollapse(start, bytes);

    /// <summary>Whether <see cref="TryFillHugePage"/> can succeed on this system.</summary>
    public static bool CanFillHugePages => IsLinux;

    /// <summary>Whether what <see cref="TryFillHugePage"/> makes resident is in huge pages also where small pages have
    /// been before. Before Linux 6.14, and on other processors than x64, an address range keeps the page table of its
    /// small pages, and gets small pages again.</summary>
    public static bool FillsUsedRanges { get; } =
        IsLinux && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && Environment.OSVersion.Version >= new Version(6, 14);

    /// <summary>Makes one untouched, aligned huge page resident and zero. Takes some tenths of a millisecond; for
    /// background threads.</summary>
    /// <returns><see langword="false"/> if the operating system refuses the advice or the memory. The page reads zero
    /// in either case, and may be partly resident. The system may have taken small pages
    /// (<see cref="FillsUsedRanges"/>), and does so where it has no huge page left.</returns>
    public static bool TryFillHugePage(byte* start) =>
        IsLinux && !FaultInjection.FailsFill(HugePageBytes) && Linux.TryFillHugePage(start, HugePageBytes);

    /// <summary>Makes the range resident without changing its contents. Other threads may write to it at the same
    /// time.</summary>
    public static void Prefault(byte* start, nuint bytes)
    {
        if (bytes == 0 || (IsLinux && Linux.TryPopulate(start, bytes)))
        {
            return;
        }

        // An atomic OR with zero is the only write that cannot overwrite a concurrent one.
        byte* end = start + bytes;
        for (byte* page = (byte*)((nuint)start & ~(PageBytes - 1)); page < end; page += PageBytes)
        {
            Interlocked.Or(ref *(int*)page, 0);
        }
    }

    /// <summary>Makes the pages inaccessible, for guard pages in tests.</summary>
    public static bool TryProtect(byte* start, nuint bytes) =>
        OperatingSystem.IsWindows() ? Windows.TryProtect(start, bytes)
        : Posix.TryProtect(start, bytes);

    public static nuint RoundToPages(nuint bytes) => (bytes + (PageBytes - 1)) & ~(PageBytes - 1);

    [DoesNotReturn]
    [SuppressMessage("Usage", "CA2201", Justification = "This is the place where the library runs out of memory.")]
    [SuppressMessage("Design", "MA0012", Justification = "This is the place where the library runs out of memory.")]
    public static void ThrowOutOfMemory(nuint bytes) =>
        throw new OutOfMemoryException(
            string.Create(CultureInfo.InvariantCulture, $"The operating system refused {bytes} bytes of memory."));
}

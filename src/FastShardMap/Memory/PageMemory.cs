using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>
/// Pages from the operating system: the only caller of it in the library. This file dispatches; one partial per system
/// holds the calls. Everything mapped here is private, anonymous, read/write and zero when fresh.
/// </summary>
internal static unsafe partial class PageMemory
{
    /// <summary>Size of a transparent huge page on x64 and on ARM64 with 4 KiB pages.</summary>
    public const nuint HugePageBytes = 2 * 1024 * 1024;

    /// <summary>Bytes in a page of this system (4 KiB on x64, 16 KiB on Apple silicon).</summary>
    public static nuint PageBytes { get; } = (nuint)Environment.SystemPageSize;

    /// <summary>
    /// For tests: arenas created while this is set put every block directly before an inaccessible page, so that one
    /// byte read past a block's end faults instead of reading a neighbour.
    /// </summary>
    public static bool GuardPages { get; set; }

    private static bool IsLinux => OperatingSystem.IsLinux() || OperatingSystem.IsAndroid();

    // macOS and FreeBSD share the constants and the semantics that matter here.
    private static bool IsBsd => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD();

    /// <summary>Maps zeroed pages whose first byte is a multiple of <paramref name="alignment"/>.</summary>
    /// <param name="bytes">Length; rounded up to whole pages.</param>
    /// <param name="alignment">A power of two.</param>
    /// <exception cref="OutOfMemoryException">The system refused, or the length cannot be expressed.</exception>
    public static byte* Map(nuint bytes, nuint alignment)
    {
        Debug.Assert(bytes > 0 && BitOperations.IsPow2(alignment));
        alignment = nuint.Max(alignment, PageBytes);

        // A quarter of the number range leaves room for rounding and over-mapping without a wrap.
        if (bytes > nuint.MaxValue / 4 || alignment > nuint.MaxValue / 4 || FaultInjection.FailsMap(bytes))
        {
            ThrowOutOfMemory(bytes);
        }

        nuint length = RoundToPages(bytes);
        byte* start =
            OperatingSystem.IsWindows() ? Windows.Map(length, alignment) :
            IsLinux ? Linux.Map(length, alignment) :
            IsBsd ? Bsd.Map(length, alignment) :
            throw new PlatformNotSupportedException("FastShardMap needs Linux, Windows, macOS or FreeBSD.");
        if (start is null)
        {
            ThrowOutOfMemory(bytes);
        }

        Debug.Assert((nuint)start % alignment == 0);
        return start;
    }

    /// <summary>Returns the address range. Nothing may touch it any more; a failure leaks the range, and is silent.</summary>
    /// <param name="start">What <see cref="Map"/> returned.</param>
    /// <param name="bytes">The length that was asked of <see cref="Map"/>.</param>
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
    /// Gives the physical pages back; the range stays readable and writable throughout, because a stale reader may be
    /// inside. True: the range now reads zero. False: the contents are undefined, and the caller must clear them.
    /// </summary>
    /// <param name="start">Page-aligned.</param>
    /// <param name="bytes">Whole pages.</param>
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
    /// Makes any range read zero, giving back the whole pages inside it where the system can. Returns whether it gave
    /// back all of those; either way the range is zero afterwards.
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

    /// <summary>Asks for transparent huge pages in the range. False where the system has none to offer.</summary>
    public static bool TryAdviseHugePages(byte* start, nuint bytes) => IsLinux && Linux.TryAdviseHugePages(start, bytes);

    /// <summary>
    /// Keeps transparent huge pages out of the range, also where they are the system's default: there the first touch
    /// of a small map would otherwise take, and zero, two megabytes.
    /// </summary>
    public static bool TryForbidHugePages(byte* start, nuint bytes) => IsLinux && Linux.TryForbidHugePages(start, bytes);

    /// <summary>
    /// Moves the range into huge pages now, copying what is there (Linux 6.1). It stays advised for huge pages. Takes
    /// milliseconds: for background threads.
    /// </summary>
    public static bool TryCollapse(byte* start, nuint bytes) => IsLinux && Linux.TryCollapse(start, bytes);

    /// <summary>Puts physical pages behind the range without changing its contents, also while others write to it.</summary>
    public static void Prefault(byte* start, nuint bytes)
    {
        if (bytes == 0 || (IsLinux && Linux.TryPopulate(start, bytes)))
        {
            return;
        }

        // An atomic or with zero is the one plain write that cannot undo a concurrent one.
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
            string.Create(CultureInfo.InvariantCulture, $"The system refused {bytes} bytes of memory."));
}

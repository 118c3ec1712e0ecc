using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    private static partial class Linux
    {
        private const int MapPrivateAnonymous = 0x22;
        private const int AdviseDontNeed = 4;
        private const int AdviseHugePage = 14;
        private const int AdviseNoHugePage = 15;
        private const int AdvisePopulateWrite = 23;
        private const int AdviseCollapse = 25;

        // Tables are reserved before they are used. Without swap reservation, a host with strict accounting does not
        // refuse them because of pages that are never touched. PowerPC numbers this flag differently from every other
        // .NET platform.
        private static readonly int MapNoReserve =
            RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 0x40 : 0x4000;

        public static byte* Map(nuint bytes, nuint alignment) =>
            Posix.Map(bytes, alignment, MapPrivateAnonymous | MapNoReserve);

        // Private anonymous memory reads zero after MADV_DONTNEED (madvise(2)). The call is refused for locked pages.
        public static bool TryDiscard(byte* start, nuint bytes) => madvise(start, bytes, AdviseDontNeed) == 0;

        public static bool TryAdviseHugePages(byte* start, nuint bytes) => madvise(start, bytes, AdviseHugePage) == 0;

        public static bool TryForbidHugePages(byte* start, nuint bytes) => madvise(start, bytes, AdviseNoHugePage) == 0;

        // The kernel refuses to collapse a range that was advised against huge pages, so this lifts that advice first.
        public static bool TryCollapse(byte* start, nuint bytes) =>
            madvise(start, bytes, AdviseHugePage) == 0 && madvise(start, bytes, AdviseCollapse) == 0;

        // Needs Linux 5.14. Older kernels refuse, and no table is made ready.
        public static bool TryFillHugePage(byte* start, nuint bytes) =>
            madvise(start, bytes, AdviseHugePage) == 0 && madvise(start, bytes, AdvisePopulateWrite) == 0;

        // Needs Linux 5.14. Older kernels return EINVAL, and the caller touches the pages itself.
        public static bool TryPopulate(byte* start, nuint bytes)
        {
            byte* firstPage = (byte*)((nuint)start & ~(PageBytes - 1));
            return madvise(firstPage, RoundToPages((nuint)(start + bytes - firstPage)), AdvisePopulateWrite) == 0;
        }

        [LibraryImport("libc", EntryPoint = "madvise")]
        private static partial int madvise(void* address, nuint bytes, int advice);
    }
}

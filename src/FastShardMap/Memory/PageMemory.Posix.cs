using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    /// <summary>What the systems with <c>mmap</c> share; the numbers of the flags are their own.</summary>
    private static partial class Posix
    {
        private const int ProtNone = 0;
        private const int ProtReadWrite = 3;
        private const nint MapFailed = -1;

        public static byte* Map(nuint bytes, nuint alignment, int flags)
        {
            // A page is the system's own alignment; anything above is over-mapped, and both ends are returned.
            nuint mapped = alignment <= PageBytes ? bytes : bytes + alignment - PageBytes;
            nint address = mmap(null, mapped, ProtReadWrite, flags, -1, 0);
            if (address == MapFailed)
            {
                return null;
            }

            byte* raw = (byte*)address;
            byte* start = (byte*)(((nuint)raw + (alignment - 1)) & ~(alignment - 1));
            nuint head = (nuint)(start - raw);
            nuint tail = mapped - head - bytes;
            if (head > 0)
            {
                _ = munmap(raw, head);
            }

            if (tail > 0)
            {
                _ = munmap(start + bytes, tail);
            }

            return start;
        }

        /// <summary>Maps fresh pages over a range; <paramref name="flags"/> say that the address is fixed.</summary>
        public static bool TryMapOver(byte* start, nuint bytes, int flags) =>
            mmap(start, bytes, ProtReadWrite, flags, -1, 0) == (nint)start;

        public static void Unmap(byte* start, nuint bytes) => _ = munmap(start, bytes);

        public static bool TryProtect(byte* start, nuint bytes) => mprotect(start, bytes, ProtNone) == 0;

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial nint mmap(void* address, nuint bytes, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int munmap(void* address, nuint bytes);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int mprotect(void* address, nuint bytes, int protection);
    }
}

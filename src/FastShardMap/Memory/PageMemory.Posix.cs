using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    /// <summary>Implements the calls that all systems with <c>mmap</c> share. The values of the flags differ.</summary>
    private static partial class Posix
    {
        private const int ProtNone = 0;
        private const int ProtReadWrite = 3;
        private const nint MapFailed = -1;

        public static byte* Map(nuint bytes, nuint alignment, int flags)
        {
            // The operating system aligns to pages. For a larger alignment, map more and unmap both ends.
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

        /// <summary>Maps fresh pages over a range; <paramref name="flags"/> must contain the flag for a fixed
        /// address.</summary>
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

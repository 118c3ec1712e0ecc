using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    /// <summary>macOS and FreeBSD.</summary>
    private static partial class Bsd
    {
        private const int ProtNone = 0;
        private const int ProtReadWrite = 3;
        private const int MapPrivateAnonymous = 0x1002;
        private const int MapFixed = 0x10;
        private const nint MapFailed = -1;

        public static byte* Map(nuint bytes, nuint alignment)
        {
            nuint mapped = alignment <= PageBytes ? bytes : bytes + alignment - PageBytes;
            nint address = mmap(null, mapped, ProtReadWrite, MapPrivateAnonymous, -1, 0);
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

        public static void Unmap(byte* start, nuint bytes) => _ = munmap(start, bytes);

        // madvise promises nothing about the contents here. Mapping fresh pages over the range replaces them in one
        // step under the kernel's map lock, so a stale reader sees the old bytes or zero, and never a hole.
        public static bool TryDiscard(byte* start, nuint bytes) =>
            mmap(start, bytes, ProtReadWrite, MapPrivateAnonymous | MapFixed, -1, 0) == (nint)start;

        public static bool TryProtect(byte* start, nuint bytes) => mprotect(start, bytes, ProtNone) == 0;

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial nint mmap(void* address, nuint bytes, int protection, int flags, int file, long offset);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int munmap(void* address, nuint bytes);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int mprotect(void* address, nuint bytes, int protection);
    }
}

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    /// <summary>macOS and FreeBSD.</summary>
    private static class Bsd
    {
        private const int MapPrivateAnonymous = 0x1002;
        private const int MapFixed = 0x10;

        public static byte* Map(nuint bytes, nuint alignment) => Posix.Map(bytes, alignment, MapPrivateAnonymous);

        // madvise promises nothing about the contents here. Mapping fresh pages over the range replaces them in one
        // step under the kernel's map lock, so a stale reader sees the old bytes or zero, and never a hole.
        public static bool TryDiscard(byte* start, nuint bytes) =>
            Posix.TryMapOver(start, bytes, MapPrivateAnonymous | MapFixed);
    }
}

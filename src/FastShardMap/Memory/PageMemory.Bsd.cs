namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    /// <summary>Implements the calls of macOS and FreeBSD.</summary>
    private static class Bsd
    {
        private const int MapPrivateAnonymous = 0x1002;
        private const int MapFixed = 0x10;

        public static byte* Map(nuint bytes, nuint alignment) => Posix.Map(bytes, alignment, MapPrivateAnonymous);

        // madvise guarantees nothing about the contents on these systems. Mapping fresh pages over the range replaces
        // them in one step under the kernel's map lock, so a stale reader sees the old bytes or zeros, and always
        // mapped memory.
        public static bool TryDiscard(byte* start, nuint bytes) =>
            Posix.TryMapOver(start, bytes, MapPrivateAnonymous | MapFixed);
    }
}

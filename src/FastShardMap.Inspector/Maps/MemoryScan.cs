using System.Runtime.InteropServices;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Maps;

/// <summary>Searches all writable memory for a magic word, without the managed heap.</summary>
internal static class MemoryScan
{
    private const int ScanBytes = 1 << 20;

    /// <summary>The structures start on multiples of this, the granule of memory blocks.</summary>
    private const int ScanStep = 128;

    public static IEnumerable<ulong> Find(TargetMemory memory, ulong magic)
    {
        byte[] buffer = new byte[ScanBytes];
        foreach (MemoryRegion region in memory.WritableRegions())
        {
            for (ulong offset = 0; offset < region.Bytes; offset += ScanBytes)
            {
                int wanted = (int)Math.Min(ScanBytes, region.Bytes - offset);
                int read = memory.Read(region.Start + offset, buffer.AsSpan(0, wanted));
                for (int i = 0; i + sizeof(ulong) <= read; i += ScanStep)
                {
                    if (MemoryMarshal.Read<ulong>(buffer.AsSpan(i)) == magic)
                    {
                        yield return region.Start + offset + (uint)i;
                    }
                }
            }
        }
    }
}

using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>Explains why there is no map in a target that could be opened.</summary>
internal static class WhyNoMaps
{
    private const int SamplesPerSegment = 64;

    /// <summary>What is missing; null if the program uses the library and merely has no map.</summary>
    public static string? Of(Target target)
    {
        if (target.IsCutOff)
        {
            return null; // the user already knows how much is missing
        }

        if (target.Runtime is not { } runtime)
        {
            return target.Note ?? "its runtime cannot be read";
        }

        if (!HasHeap(target, runtime))
        {
            return "the dump has no managed heap and no private memory, like 'mini' and 'triage' dumps: "
                + "take one with 'fsmap dump', or 'createdump --withheap'";
        }

        return UsesLibrary(runtime) ? null : "the program has not loaded the library FastShardMap";
    }

    // A small dump lists the segments of its heap but holds only the pages that the stacks point into. Which pages
    // these are differs from run to run, and the first page of a segment can be one of them. Therefore the samples are
    // spread over all segments.
    private static bool HasHeap(Target target, ClrRuntime runtime)
    {
        if (target.IsLive)
        {
            return true;
        }

        try
        {
            int samples = 0;
            int readable = 0;
            foreach (ClrSegment segment in runtime.Heap.Segments)
            {
                ulong step = Math.Max(segment.ObjectRange.Length / SamplesPerSegment, sizeof(ulong));
                for (ulong offset = 0; offset + sizeof(ulong) <= segment.ObjectRange.Length; offset += step)
                {
                    samples++;
                    readable += target.Memory.TryRead(segment.ObjectRange.Start + offset, out ulong _) ? 1 : 0;
                }
            }

            return 2 * readable > samples;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static bool UsesLibrary(ClrRuntime runtime)
    {
        try
        {
            return runtime.EnumerateModules().Any(module => LibraryTypes.IsLibrary(module.Name ?? module.AssemblyName));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return true;
        }
    }
}

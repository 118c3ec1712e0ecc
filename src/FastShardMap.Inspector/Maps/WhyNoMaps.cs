using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>Why there is no map in a target that could be opened.</summary>
internal static class WhyNoMaps
{
    /// <summary>What is missing; null if nothing is: the program uses the library, and just has no map.</summary>
    public static string? Of(Target target)
    {
        if (target.IsCutOff)
        {
            return null; // said already, with how much is missing
        }

        if (target.Runtime is not { } runtime)
        {
            return target.Note ?? "its runtime cannot be read";
        }

        if (!HasHeap(target, runtime))
        {
            return "the dump has no managed heap and no private memory, as 'mini' and 'triage' dumps: "
                + "take one with 'fsmap dump', or 'createdump --withheap'";
        }

        return UsesLibrary(runtime) ? null : "the program has not loaded the library FastShardMap";
    }

    // A small dump knows of its heap's segments, and has nothing of what is in them.
    private static bool HasHeap(Target target, ClrRuntime runtime)
    {
        if (target.IsLive)
        {
            return true;
        }

        try
        {
            return runtime.Heap.Segments.Any(segment =>
                segment.ObjectRange.Length > 0 && target.Memory.TryRead(segment.ObjectRange.Start, out ulong _));
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

using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>
/// Finds the maps of a target in two ways, which check each other: through managed objects on the heap, which have the
/// address of the header, and by searching all writable memory for the magic word, which needs no managed heap.
/// </summary>
internal static class MapFinder
{
    private const string MapType = "FastShardMap.ShardMap<";
    private const string CacheType = "FastShardMap.ShardCache<";

    /// <summary>All maps: those with managed objects first, in the order of their addresses.</summary>
    /// <exception cref="InspectionException">There is no map and the target cannot have one, or the target has
    /// ended.</exception>
    public static List<FoundMap> FindAll(Target target, bool roots)
    {
        TestPause.At(TestPause.Searching);
        List<FoundMap> maps = FromHeap(target, roots);
        HashSet<ulong> known = maps.Select(map => map.Header).ToHashSet();
        foreach (ulong header in MemoryScan.Find(target.Memory, MapHeader.ExpectedMagic))
        {
            // The magic word alone may be a copy, for example on a stack.
            if (NativeMap.TryRead(target.Memory, header, out _) is { } native && known.Add(header))
            {
                maps.Add(new FoundMap(
                    header, 0, null, native, null, target.Runtime is null ? "unknown" : "nothing: to be finalized"));
            }
        }

        target.ThrowIfEnded();
        if (maps.Count == 0 && WhyNoMaps.Of(target) is { } reason)
        {
            throw new InspectionException($"There is no map in {target.Name}: {reason}.");
        }

        return maps;
    }

    /// <summary>The map whose header or managed object is at an address.</summary>
    /// <exception cref="InspectionException">There is no map at the address.</exception>
    public static NativeMap Find(Target target, ulong address)
    {
        TestPause.At(TestPause.Searching);
        if (NativeMap.TryRead(target.Memory, address, out string? problem) is { } native)
        {
            return native;
        }

        using IDisposable? patience = Isolation.LimitPatience();
        foreach (ClrObject found in HeapMaps(target))
        {
            if (found.Address == address && HeaderOf(found) is ulong header and not 0)
            {
                return NativeMap.TryRead(target.Memory, header, out problem) ?? throw new InspectionException(problem!);
            }
        }

        target.ThrowIfEnded();
        throw new InspectionException(WhyNoMaps.Of(target) is { } reason ? $"{problem}: {reason}" : problem!);
    }

    private static List<FoundMap> FromHeap(Target target, bool roots)
    {
        using IDisposable? patience = Isolation.LimitPatience();
        List<FoundMap> maps = [];
        List<ClrObject> objects = HeapMaps(target);
        Dictionary<ulong, string> rootedBy = roots && objects.Count > 0
            ? RootFinder.Find(target.Runtime!, objects.Select(found => found.Address).ToArray())
            : [];
        foreach (ClrObject found in objects)
        {
            if (IsUnborn(found))
            {
                continue;
            }

            ulong header = HeaderOf(found);
            string? problem = "its field _shards cannot be read";
            NativeMap? native = header == 0 ? null : NativeMap.TryRead(target.Memory, header, out problem);
            maps.Add(new FoundMap(
                header,
                found.Address,
                found.Type?.Name,
                native,
                native is null ? problem : null,
                rootedBy.GetValueOrDefault(found.Address, roots ? "nothing found" : "not looked for")));
        }

        return [.. maps.OrderBy(map => map.Object)];
    }

    private static List<ClrObject> HeapMaps(Target target) => ObjectsOf(target, MapType, CacheType);

    /// <summary>
    /// The objects on the managed heap whose type, or a base of it, is an instance of one of the generic types.
    /// </summary>
    /// <param name="target">The target.</param>
    /// <param name="genericNames">In the form of <see cref="LibraryTypes.IsOf"/>.</param>
    public static List<ClrObject> ObjectsOf(Target target, params string[] genericNames)
    {
        List<ClrObject> found = [];
        if (target.Runtime is null)
        {
            return found;
        }

        try
        {
            // A damaged heap ends the walk early; what was found until then is used.
            foreach (ClrObject candidate in target.Runtime.Heap.EnumerateObjects())
            {
                if (Array.Exists(genericNames, name => LibraryTypes.IsOf(candidate.Type, name)))
                {
                    found.Add(candidate);
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Console.Error.WriteLine($"fsmap: the managed heap is damaged: {exception.Message}");
        }

        return found;
    }

    /// <summary>
    /// Whether an object is not yet a map, or no longer one. Its constructor has not reached the native memory or has
    /// failed, or the native memory has been released and the object is not collected yet.
    /// </summary>
    private static bool IsUnborn(ClrObject map)
    {
        try
        {
            // Throws for another version of the library and for damaged objects, which are then reported.
            ClrValueType shards = map.ReadValueTypeField("_shards");
            ClrObject arena = shards.ReadObjectField("_arena");

            // The arena's finalizer frees the handle before it releases the address range.
            return arena.IsNull
                ? shards.ReadField<ulong>("_header") == 0
                : arena.TryReadValueTypeField("_map", out ClrValueType owner) && owner.ReadField<ulong>("_handle") == 0;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static ulong HeaderOf(ClrObject map)
    {
        try
        {
            return map.TryReadValueTypeField("_shards", out ClrValueType shards)
                ? shards.ReadField<ulong>("_header")
                : 0;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return 0;
        }
    }
}

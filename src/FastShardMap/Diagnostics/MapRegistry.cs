using FastShardMap.Memory;

namespace FastShardMap.Diagnostics;

/// <summary>The maps of the process, held by weak references, for metrics and for listeners that start late. A map pays
/// only for being added; the list is read only if there is a listener.</summary>
internal static class MapRegistry
{
    private const int FirstPurge = 64;
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly List<Entry> s_maps = [];

    /// <summary>The entries of <see cref="s_maps"/> that have a name, by name.</summary>
    private static readonly Dictionary<string, List<Entry>> s_named = new(StringComparer.Ordinal);
    private static int s_purgeAt = FirstPurge;

    /// <summary>Adds a map.</summary>
    /// <remarks>Throws what a metrics listener of the program throws when the first map with a name is added. The map
    /// is not added then.</remarks>
    public static void Add(IObservedMap map)
    {
        if (map.Name is not null)
        {
            MapMeter.Ensure();
        }

        using (s_gate.Enter())
        {
            // The cost of a purge is spread over as many additions as maps have survived it.
            if (s_maps.Count >= s_purgeAt)
            {
                Purge();
                s_purgeAt = Math.Max(FirstPurge, s_maps.Count * 2);
            }

            s_maps.Add(NewEntry(map));
        }

        // A listener may make a map while the source is made, which then reports the map itself.
        FastShardMapEventSource.Log?.ReportMap(map);
    }

    /// <summary>Returns the maps that are still referenced. Some may be disposed.</summary>
    public static List<IObservedMap> Live()
    {
        using (s_gate.Enter())
        {
            List<IObservedMap> maps = new(s_maps.Count);
            foreach (Entry entry in s_maps)
            {
                if (entry.Map.TryGetTarget(out IObservedMap? map))
                {
                    maps.Add(map);
                }
            }

            return maps;
        }
    }

    /// <summary>Returns the maps that have a name and are not disposed, with their numbers.</summary>
    public static List<(IObservedMap Map, int Instance)> Named()
    {
        using (s_gate.Enter())
        {
            List<(IObservedMap, int)> maps = [];
            foreach (Entry entry in s_maps)
            {
                if (entry.Instance > 0
                    && entry.Map.TryGetTarget(out IObservedMap? map)
                    && !map.IsDisposed)
                {
                    maps.Add((map, entry.Instance));
                }
            }

            return maps;
        }
    }

    private static void Purge()
    {
        s_maps.RemoveAll(static entry => !entry.IsLive);
        foreach ((string name, List<Entry> entries) in s_named)
        {
            if (entries.RemoveAll(static entry => !entry.IsLive) > 0 && entries.Count == 0)
            {
                s_named.Remove(name); // allowed during the enumeration
            }
        }
    }

    // The lowest number that no other map of the name has: a map that replaces a disposed one continues its metrics.
    private static Entry NewEntry(IObservedMap map)
    {
        WeakReference<IObservedMap> reference = new(map);
        if (map.Name is null)
        {
            return new Entry(reference, Instance: 0);
        }

        if (!s_named.TryGetValue(map.Name, out List<Entry>? namesakes))
        {
            s_named.Add(map.Name, namesakes = []);
        }

        namesakes.RemoveAll(static entry => !entry.IsLive);
        int instance = 1;
        while (namesakes.Exists(entry => entry.Instance == instance))
        {
            instance++;
        }

        Entry added = new(reference, instance);
        namesakes.Add(added);
        return added;
    }

    /// <summary>A map, and its number among the maps of the same name; 0 if it has no name.</summary>
    private readonly record struct Entry(WeakReference<IObservedMap> Map, int Instance)
    {
        public bool IsLive => Map.TryGetTarget(out IObservedMap? map) && !map.IsDisposed;
    }
}

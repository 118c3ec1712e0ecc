using FastShardMap.Memory;

namespace FastShardMap.Diagnostics;

/// <summary>The maps of the process, held by weak references, for metrics and for listeners that start late. A map pays
/// only for being added; the list is read only if there is a listener.</summary>
internal static class MapRegistry
{
    private const int FirstPurge = 64;
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly List<WeakReference<IObservedMap>> s_maps = [];
    private static int s_purgeAt = FirstPurge;
    private static bool s_metered;

    /// <summary>Adds a map.</summary>
    public static void Add(IObservedMap map)
    {
        bool startMeter;
        using (s_gate.Enter())
        {
            // The cost of a purge is spread over as many additions as maps have survived it.
            if (s_maps.Count >= s_purgeAt)
            {
                s_maps.RemoveAll(static entry => !entry.TryGetTarget(out _));
                s_purgeAt = Math.Max(FirstPurge, s_maps.Count * 2);
            }

            s_maps.Add(new WeakReference<IObservedMap>(map));
            startMeter = map.Name is not null && !s_metered;
            s_metered |= startMeter;
        }

        if (startMeter)
        {
            MapMeter.Start();
        }

        FastShardMapEventSource.Log.ReportMap(map);
    }

    /// <summary>Returns the maps that are still referenced. Some may be disposed.</summary>
    public static List<IObservedMap> Live()
    {
        using (s_gate.Enter())
        {
            List<IObservedMap> maps = new(s_maps.Count);
            foreach (WeakReference<IObservedMap> entry in s_maps)
            {
                if (entry.TryGetTarget(out IObservedMap? map))
                {
                    maps.Add(map);
                }
            }

            return maps;
        }
    }
}

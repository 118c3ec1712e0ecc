using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Measuring;

/// <summary>What the collector did since a starting point.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct GcMeter
{
    private readonly TimeSpan _pauses;
    private readonly int _gen0;
    private readonly int _gen2;

    private GcMeter(TimeSpan pauses, int gen0, int gen2)
    {
        _pauses = pauses;
        _gen0 = gen0;
        _gen2 = gen2;
    }

    public TimeSpan Pauses => GC.GetTotalPauseDuration() - _pauses;

    public int Collections => GC.CollectionCount(0) - _gen0;

    public int FullCollections => GC.CollectionCount(2) - _gen2;

    public static GcMeter Start() => new(GC.GetTotalPauseDuration(), GC.CollectionCount(0), GC.CollectionCount(2));

    /// <summary>Leaves a heap without garbage, so that what runs next does not pay for what ran before.</summary>
    public static void CollectAll()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    /// <summary>
    /// Leaves a heap without garbage and gives the free memory back to the system, for readings of the resident set.
    /// </summary>
    public static void CollectAllAndRelease()
    {
        CollectAll();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>How long one full blocking collection takes now.</summary>
    public static double FullCollectionMilliseconds()
    {
        long start = Stopwatch.GetTimestamp();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: false);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}

using System.Diagnostics;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Memory;

/// <summary>Fills one map in a process of its own and reads its memory from every side.</summary>
internal static class MemoryProbe
{
    private const int FullCollections = 9;

    /// <summary>One pair in so many stays when the map is emptied and trimmed.</summary>
    private const int RemovedPart = 10;

    /// <summary>Inserts between two readings of the map's own account.</summary>
    private const int AccountEvery = 1 << 10;

    /// <summary>Inserts between two readings of the process's physical memory, a system call.</summary>
    private const int ResidentEvery = 1 << 15;

    /// <summary>Below this part of the final number fixed costs hide what growth costs.</summary>
    private const int IgnoredPart = 100;

    public static MemoryReading Run<TMap>(int pairs, bool reserve)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        LoopWarmUp.Run<TMap>();
        ulong[] keys = KeyStreams.Distinct(first: 0, pairs);
        using ResidentSet resident = new();
        Worst worst = default(Worst);
        Fill(TMap.Create(default), keys.AsSpan(0, Math.Min(pairs, 10_000)), resident, default, ref worst);
        worst = default;
        double[] without = FullGcTimes();
        GcMeter.CollectAllAndRelease();
        Baseline before = new(GC.GetTotalMemory(forceFullCollection: true), resident.Bytes);

        MemoryReading reading = FillAndRead<TMap>(keys, reserve, resident, before, without, ref worst);

        GcMeter.CollectAllAndRelease();
        return reading with { ResidentBytesPerPairAfter = (double)(resident.Bytes - before.Resident) / pairs };
    }

    // A method of its own, so that nothing holds the map when it has returned.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static MemoryReading FillAndRead<TMap>(
        ulong[] keys, bool reserve, ResidentSet resident, Baseline before, double[] without, ref Worst worst)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        using TMap map = TMap.Create(new MapSettings(Capacity: reserve ? keys.Length : 0));
        GcMeter meter = GcMeter.Start();
        long start = Stopwatch.GetTimestamp();
        Fill(map, keys, resident, before, ref worst);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        TimeSpan pauses = meter.Pauses;
        double[] with = FullGcTimes();
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        long residentBytes = resident.Bytes;
        double count = map.Count;
        double accounted = map.BytesAllocated ?? (heap - before.Heap);

        MapLoops.Remove(map, keys.AsSpan(keys.Length / RemovedPart));
        map.Trim();
        GcMeter.CollectAllAndRelease();
        heap = GC.GetTotalMemory(forceFullCollection: true);
        double left = map.Count;
        return new MemoryReading
        {
            Label = TMap.Label,
            Pairs = (long)count,
            IsReserved = reserve,
            AccountedBytesPerPair = accounted / count,
            ResidentBytesPerPair = (residentBytes - before.Resident) / count,
            WorstAccountedBytesPerPair = worst.Accounted,
            WorstResidentBytesPerPair = worst.Resident,
            FillSeconds = elapsed.TotalSeconds,
            FillGcPauseMilliseconds = pauses.TotalMilliseconds,
            FullGcWithoutMilliseconds = without,
            FullGcWithMilliseconds = with,
            TrimmedAccountedBytesPerPair = (map.BytesAllocated ?? (heap - before.Heap)) / left,
            TrimmedResidentBytesPerPair = (resident.Bytes - before.Resident) / left,
            ResidentBytesPerPairAfter = double.NaN,
        };
    }

    private static void Fill<TMap>(
        TMap map, ReadOnlySpan<ulong> keys, ResidentSet resident, Baseline before, ref Worst worst)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        int ignored = keys.Length / IgnoredPart;
        for (int i = 0; i < keys.Length; i++)
        {
            map.TryAdd(keys[i], MapLoops.ValueOf(keys[i]));
            int count = i + 1;
            if (count < ignored)
            {
                continue;
            }

            bool isLast = count == keys.Length;
            if ((isLast || count % AccountEvery == 0) && map.BytesAllocated is { } bytes)
            {
                worst.Accounted = Math.Max(worst.Accounted, (double)bytes / count);
            }

            if (isLast || count % ResidentEvery == 0)
            {
                worst.Resident = Math.Max(worst.Resident, (double)(resident.Bytes - before.Resident) / count);
                if (map.BytesAllocated is null)
                {
                    double heap = GC.GetTotalMemory(forceFullCollection: false) - before.Heap;
                    worst.Accounted = Math.Max(worst.Accounted, heap / count);
                }
            }
        }
    }

    private static double[] FullGcTimes()
    {
        GcMeter.CollectAll();
        double[] times = new double[FullCollections];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = GcMeter.FullCollectionMilliseconds();
        }

        return times;
    }

    private readonly record struct Baseline(long Heap, long Resident);

    private struct Worst
    {
        public double Accounted;
        public double Resident;
    }
}

using System.Diagnostics;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Texts;

/// <summary>The loops over maps with text keys.</summary>
internal static class TextLoops
{
    /// <summary>Keys per batch of lookups.</summary>
    public const int Batch = 250;

    /// <summary>Draws the indexes of the keys to look up.</summary>
    public static int[] Draw(int probes, int entries, ulong seed)
    {
        SplitMix random = new(seed);
        int[] drawn = new int[probes];
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = (int)random.Below((ulong)entries);
        }

        return drawn;
    }

    /// <summary>A loop of lookups. The delegate costs every map the same.</summary>
    public static Series Lookups<TProbe>(string work, TProbe[] probes, Func<TProbe, long> get) =>
        Series.OneThread(work, probes.Length, _ =>
        {
            ulong sum = 0;
            foreach (TProbe probe in probes)
            {
                sum += (ulong)get(probe);
            }

            return sum;
        });

    /// <summary>A loop of lookups of many keys at once.</summary>
    public static Series Batches(string work, string[] probes, TextShardMap<long> map)
    {
        long[] values = new long[Batch];
        bool[] found = new bool[Batch];
        return Series.OneThread(work, probes.Length, _ =>
        {
            ulong sum = 0;
            for (int start = 0; start < probes.Length; start += Batch)
            {
                int count = Math.Min(Batch, probes.Length - start);
                map.TryGetValues(probes.AsSpan(start, count), values, found);
                for (int i = 0; i < count; i++)
                {
                    sum += (ulong)(found[i] ? values[i] : -1);
                }
            }

            return sum;
        });
    }

    /// <summary>A loop of additions to a new map. The delegate costs every map the same.</summary>
    public static Series Growing<TMap>(string[] keys, Func<TMap> create, Func<TMap, string, long, bool> tryAdd)
        where TMap : class =>
        Series.SelfTimed("grow", keys.Length, _ =>
        {
            GcMeter.CollectAll();
            TMap map = create();
            using IDisposable? end = map as IDisposable;
            long start = Stopwatch.GetTimestamp();
            ulong added = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                added += tryAdd(map, keys[i], i) ? 1UL : 0;
            }

            return (Stopwatch.GetElapsedTime(start), added);
        });
}

using System.Diagnostics;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Caches;

/// <summary>Replays traces through every cache: a request that misses stores its key. One thread, so that the order of
/// the requests is that of the trace.</summary>
internal sealed class HitRatioSession(IReadOnlyList<Trace> traces, Action<string> announce)
{
    /// <summary>Smaller caches are left out: a rival needs a few entries for its queues.</summary>
    private const int LeastEntries = 60;

    /// <summary>The sizes of the caches, in entries per distinct key of the trace.</summary>
    public static readonly double[] Shares = [0.01, 0.1];

    public List<HitRatioRow> Run()
    {
        List<HitRatioRow> rows = [];
        foreach (Trace trace in traces)
        {
            foreach (double share in Shares)
            {
                int entries = (int)(trace.Distinct * share);
                if (entries < LeastEntries)
                {
                    continue;
                }

                announce($"{trace.Name}, {entries} entries");
                rows.Add(new HitRatioRow(trace.Name, share, entries, trace.Keys.Length,
                [
                    Replay<ExactLru>(trace, entries),
                    Replay<ExactS3Fifo>(trace, entries),
                    Replay<ConcurrentLruUnderTest>(trace, entries),
                    Replay<ConcurrentLfuUnderTest>(trace, entries),
                    Replay<MemoryCacheUnderTest>(trace, entries),
                    Replay<ShardCacheUnderTest>(trace, entries),
                ]));
            }
        }

        return rows;
    }

    /// <summary>Replays a trace through one new cache.</summary>
    public static Replayed Replay<TCache>(Trace trace, int entries)
        where TCache : ICacheUnderTest<TCache>
    {
        using TCache cache = TCache.Create(entries);
        long hits = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (ulong key in trace.Keys)
        {
            if (!cache.TryGet(key, out ulong value))
            {
                cache.Set(key, key + 1);
                continue;
            }

            hits++;
            if (value != key + 1)
            {
                throw new AnswersDifferException($"{TCache.Label} returns {value} for the key {key}.");
            }
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        cache.Settle();
        return new Replayed(
            TCache.Label, (double)hits / trace.Keys.Length, elapsed.TotalNanoseconds / trace.Keys.Length, cache.Count);
    }
}

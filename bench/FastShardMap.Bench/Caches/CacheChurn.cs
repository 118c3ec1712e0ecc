using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Caches;

/// <summary>Lookups whose misses store their keys, again and again, in a full cache. A fixed share of the keys never
/// comes again.</summary>
internal sealed class CacheChurn(CacheOptions options, Action<string> announce)
{
    private const int Threads = 2;
    private const int Parts = 10;
    private const int Keys = 4_000_000;
    private const int EntriesPerKey = 10;
    private const int Requests = 4_000_000;
    private const double Theta = 0.9;

    /// <summary>One request of so many is for a key that is new and never comes again.</summary>
    private const int NewEvery = 4;

    /// <summary>The reference gets the requests of one thread, this many at most. The hits of the second half
    /// count.</summary>
    private const long MostOfReference = 40_000_000;

    public ChurnRow Run()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, options.Scaled(Keys));
        ulong[][] requests =
        [
            .. Enumerable.Range(0, Threads)
                .Select(thread => KeyStreams.Zipfian(keys, options.Scaled(Requests), Theta, (ulong)thread + 31)),
        ];
        int entries = keys.Length / EntriesPerKey;
        long perPart = Math.Max(1, options.ChurnOperations / options.ShrinkFactor / Parts / Threads);
        using ShardCache<ulong, ulong> cache = new(new ShardCacheOptions { MaxEntries = entries });
        ShardCacheUnderTest underTest = new(cache);
        double[] ratios = new double[Parts];
        long[] resident = new long[Parts];
        for (int part = 0; part < Parts; part++)
        {
            announce($"churn, part {part + 1} of {Parts}");
            long[] hits = new long[Threads];
            long first = part * perPart;
            ParallelRun.Run(
                Threads, thread => hits[thread] = Replay(underTest, requests[thread], first, perPart, thread));
            ratios[part] = (double)hits.Sum() / (perPart * Threads);
            resident[part] = Environment.WorkingSet;
            if (cache.Count > cache.MaxEntries)
            {
                throw new AnswersDifferException($"The cache has {cache.Count} of {cache.MaxEntries} entries.");
            }
        }

        announce("churn, exact S3-FIFO");
        using ExactS3Fifo exact = ExactS3Fifo.Create(entries);
        long half = Math.Min(perPart * Parts, MostOfReference) / 2;
        _ = Replay(exact, requests[0], first: 0, half, thread: 0);
        double reference = (double)Replay(exact, requests[0], half, half, thread: 0) / half;
        return new ChurnRow(perPart * Threads * Parts, entries, ratios, resident, reference);
    }

    private static long Replay<TCache>(TCache cache, ulong[] requests, long first, long count, int thread)
        where TCache : ICacheUnderTest<TCache>
    {
        long hits = 0;
        int next = (int)(first % requests.Length);
        for (long operation = first; operation < first + count; operation++)
        {
            ulong key = operation % NewEvery == 0
                ? SplitMix.Mix((1UL << 62) + ((ulong)thread << 48) + (ulong)operation)
                : requests[next];
            if (cache.TryGet(key, out ulong value))
            {
                hits++;
                if (value != key)
                {
                    throw new AnswersDifferException($"The cache returns {value} for the key {key}.");
                }
            }
            else
            {
                cache.Set(key, key);
            }

            next = next + 1 == requests.Length ? 0 : next + 1;
        }

        return hits;
    }
}

using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Embedded;
using FastShardMap.Near;

namespace FastShardMap.Bench.Near;

/// <summary>Measures one near map against a local cache and against the engine's round trip.</summary>
internal sealed class NearSession(NearOptions options, Action<string> announce)
{
    private const int BatchKeys = 256;

    private readonly List<FigureRow> _figures = [];

    private Spread _roundTrip;

    public async Task<List<FigureRow>> RunAsync()
    {
        if (!options.OnlyMoves && !options.OnlyNodes)
        {
            await RunWithOneEngineAsync();
        }

        if (!options.OnlyNodes && !options.OnlyStorm)
        {
            _figures.AddRange(await new NearReshard(options.IsQuick, announce).RunAsync());
        }

        if (!options.OnlyMoves && !options.OnlyStorm)
        {
            _figures.AddRange(await new NearNodes(options.IsQuick, announce).RunAsync());
        }

        return _figures;
    }

    private async Task RunWithOneEngineAsync()
    {
        EmbeddedEngine? engine = options.Engine is null ? await EmbeddedEngine.StartAsync() : null;
        try
        {
            string configuration = options.Engine ?? engine!.Configuration;
            if (!options.OnlyStorm)
            {
                await MeasureOneMapAsync(configuration);
            }

            announce("storm");
            _figures.AddRange(await new NearStorm(configuration, options.StormReads).RunAsync());
        }
        finally
        {
            if (engine is not null)
            {
                await engine.DisposeAsync();
            }
        }
    }

    private async Task MeasureOneMapAsync(string configuration)
    {
        NearMapOptions nearOptions = new(configuration, $"bench{Environment.ProcessId}:")
        {
            MaxBytes = 256 << 20,
            MaxForeignStaleness = TimeSpan.FromHours(1),
        };
        await using NearMap<long, NearPair> map = await NearMap<long, NearPair>.ConnectAsync(nearOptions);
        announce("filling");
        long[] keys = await FillAsync(map, options.Keys);
        await MeasureRoundTripAsync(map, keys);
        MeasureHits(map, keys);
        await using (NearBare bare = await NearBare.ConnectAsync(configuration, BatchKeys))
        {
            await MeasureBatchesAsync(map, keys, bare);
            await MeasureInvalidationsAsync(map, nearOptions, bare);
        }

        MeasureCollections(map, await FillAsync(map, options.CollectedEntries));
    }

    /// <summary>Writes keys and reads them until near copies of all of them are there.</summary>
    private static async Task<long[]> FillAsync(NearMap<long, NearPair> map, int count)
    {
        long[] keys = new long[count];
        for (int key = 0; key < count; key++)
        {
            keys[key] = key;
        }

        foreach (long[] chunk in keys.Chunk(1024))
        {
            await Task.WhenAll(chunk.Select(key => map.SetAsync(key, new NearPair(key, ~key)).AsTask()));
        }

        for (int missing = count; missing > 0;)
        {
            missing = 0;
            foreach (long[] chunk in keys.Chunk(1024))
            {
                await map.GetManyAsync(chunk, new NearPair[chunk.Length], new bool[chunk.Length]);
                missing += chunk.Count(key => !map.TryGetLocal(key, out _));
            }
        }

        new Random(1).Shuffle(keys);
        return keys;
    }

    private async Task MeasureRoundTripAsync(NearMap<long, NearPair> map, long[] keys)
    {
        announce("round trips");
        List<double> trips = new(options.RoundTrips);
        for (int trip = -50; trip < options.RoundTrips; trip++)
        {
            long start = Stopwatch.GetTimestamp();
            await map.GetAsync(keys[(trip + 50) % keys.Length], Freshness.Engine);
            if (trip >= 0)
            {
                trips.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            }
        }

        _roundTrip = Spread.Of(trips);
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-round-trip", "one GET of the engine at a time", $"median {Units.Duration(_roundTrip.Median)}"));
    }

    private void MeasureHits(NearMap<long, NearPair> map, long[] keys)
    {
        announce("hits");
        using ShardCache<long, NearPair> cache = new(new ShardCacheOptions { MaxBytes = 256 << 20 });
        using ShardCache<long, NearCopy> copies = new(new ShardCacheOptions { MaxBytes = 256 << 20 });
        foreach (long key in keys)
        {
            cache.Set(key, new NearPair(key, ~key));
            copies.Set(key, new NearCopy { Value = new NearPair(key, ~key) });
        }

        ulong Near(int repetition)
        {
            ulong sum = 0;
            foreach (long key in keys)
            {
                sum += map.TryGetLocal(key, out NearPair pair) ? (ulong)pair.First : 1UL << 60;
            }

            return sum;
        }

        ulong Local(int repetition)
        {
            ulong sum = 0;
            foreach (long key in keys)
            {
                sum += cache.TryGetValue(key, out NearPair pair) ? (ulong)pair.First : 1UL << 60;
            }

            return sum;
        }

        ulong Copies(int repetition)
        {
            ulong sum = 0;
            foreach (long key in keys)
            {
                sum += copies.TryGetValue(key, out NearCopy copy) ? (ulong)copy.Value.First : 1UL << 60;
            }

            return sum;
        }

        Series near = Series.OneThread("hits", keys.Length, Near);
        Series local = Series.OneThread("hits", keys.Length, Local);
        Series equal = Series.OneThread("hits", keys.Length, Copies);
        Series.Interleave(options.Repetitions, 20, [near, local, equal]);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Near(0);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        double trip = _roundTrip.Median;
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-hit",
            $"TryGetLocal of {Units.Count(keys.Length)} keys, 1 thread",
            $"near {Units.Duration(near.Spread.Median)}, ShardCache {Units.Duration(local.Spread.Median)}; ShardCache "
            + $"with values as long as a near copy {Units.Duration(equal.Spread.Median)}, near takes "
            + $"{Units.Digits(near.RatioTo(equal).Median)} of it",
            new Measure(TargetUnit.OfCache, near.RatioTo(local)),
            new Measure(TargetUnit.OfRoundTrip, Spread.Of(near.NanosecondsPerOperation.Select(one => one / trip))),
            new Measure(TargetUnit.ManagedBytes, Spread.Of([allocated]))));
    }

    private async Task MeasureBatchesAsync(NearMap<long, NearPair> map, long[] keys, NearBare bare)
    {
        announce("batches");
        List<double> batched = [];
        List<double> single = [];
        List<double> bareBatched = [];
        List<double> bareSingle = [];
        NearPair[] values = new NearPair[BatchKeys];
        bool[] found = new bool[BatchKeys];
        for (int repetition = -3; repetition < options.Repetitions; repetition++)
        {
            // A write drops the copy, so that each read misses.
            long[] batch = [.. keys.Skip((repetition + 3) * BatchKeys % (keys.Length - BatchKeys)).Take(BatchKeys)];
            foreach (bool isBatched in (bool[])[true, false])
            {
                await Task.WhenAll(batch.Select(key => map.SetAsync(key, new NearPair(key, ~key)).AsTask()));
                await Task.Delay(50); // the reports of the writes
                long start = Stopwatch.GetTimestamp();
                if (isBatched)
                {
                    await map.GetManyAsync(batch, values, found);
                }
                else
                {
                    foreach (long key in batch)
                    {
                        await map.GetAsync(key);
                    }
                }

                double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / BatchKeys;
                if (repetition >= 0)
                {
                    (isBatched ? batched : single).Add(nanoseconds);
                }

                await Task.Delay(50);
                nanoseconds = await bare.TimeReadsAsync(isBatched);
                if (repetition >= 0)
                {
                    (isBatched ? bareBatched : bareSingle).Add(nanoseconds);
                }
            }
        }

        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-batch",
            $"GetManyAsync of {BatchKeys} keys without copies",
            $"per key {Units.Duration(Spread.Of(batched).Median)}, one by one "
                + Units.Duration(Spread.Of(single).Median),
            new Measure(TargetUnit.OfSingleReads, Spread.OfRatios(single, batched))));
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-batch-bare",
            $"the client library alone: MGET of {BatchKeys} keys",
            $"per key {Units.Duration(Spread.Of(bareBatched).Median)}, one by one "
                + $"{Units.Duration(Spread.Of(bareSingle).Median)}, "
                + $"{Spread.OfRatios(bareSingle, bareBatched).Median:0.0} times"));
    }

    private async Task MeasureInvalidationsAsync(
        NearMap<long, NearPair> map, NearMapOptions nearOptions, NearBare bare)
    {
        announce("invalidations");
        await using NearMap<long, NearPair> writer = await NearMap<long, NearPair>.ConnectAsync(nearOptions);
        LatencyHistogram delays = new();
        LatencyHistogram messages = new();
        for (int turn = 0; turn < options.Invalidations; turn++)
        {
            while (!(await map.GetAsync(0)).IsNear)
            {
            }

            long start = Stopwatch.GetTimestamp();
            Task write = writer.SetAsync(0, new NearPair(0, turn)).AsTask();
            SpinWait spin = default;
            while (map.TryGetLocal(0, out _))
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }

            delays.Record(Stopwatch.GetTimestamp() - start);
            await write;
            messages.Record(await bare.TimeMessageAsync());
        }

        double Nanoseconds(double share) => LatencyHistogram.ToNanoseconds(delays.PercentileTicks(share));
        double message = LatencyHistogram.ToNanoseconds(messages.PercentileTicks(0.5));
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-invalidation",
            "from a write until the copy of another map is gone",
            $"p50 {Units.Duration(Nanoseconds(0.5))}, p99 {Units.Duration(Nanoseconds(0.99))}, "
                + $"p99.9 {Units.Duration(Nanoseconds(0.999))}",
            new Measure(TargetUnit.OfRoundTrip, Spread.Of([Nanoseconds(0.5) / _roundTrip.Median]))));
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-invalidation-bare",
            "the client library alone: from a transaction with SET and PUBLISH to its message",
            $"p50 {Units.Duration(message)}, {message / _roundTrip.Median:0.00} round trips; the near map takes "
                + $"{Nanoseconds(0.5) / message:0.00} of it"));
    }

    private void MeasureCollections(NearMap<long, NearPair> map, long[] keys)
    {
        announce("full collections");
        int copies = keys.Count(key => map.TryGetLocal(key, out _));
        List<double> with = TimeCollections();

        // Without copies: a map of the same kind that is empty would look the same to the collector, so the copies are
        // removed in place.
        foreach (long key in keys)
        {
            map.RemoveLocal(key);
        }

        List<double> without = TimeCollections();
        _figures.Add(FigureRow.Of(
            AllTargets.Near,
            "near-full-gc",
            $"full collection with {Units.Count(copies)} near copies",
            $"with {Units.Duration(Spread.Of(with).Median)}, without {Units.Duration(Spread.Of(without).Median)}",
            new Measure(
                TargetUnit.BeyondCollection, Spread.Of([Spread.Of(with).Median - Spread.Of(without).Median]))));
    }

    private List<double> TimeCollections()
    {
        GcMeter.CollectAll();
        List<double> times = [];
        for (int repetition = 0; repetition < options.Repetitions; repetition++)
        {
            long start = Stopwatch.GetTimestamp();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return times;
    }
}

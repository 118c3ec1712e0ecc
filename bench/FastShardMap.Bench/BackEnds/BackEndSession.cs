using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.BackEnds;

/// <summary>Runs the back ends through every cell asked for; within one, they take turns.</summary>
internal sealed class BackEndSession(BackEndsOptions options, Action<string> announce)
{
    private static readonly Func<int, ulong[], IBackEndRun>[] BackEnds =
    [
        (shards, keys) => new BackEndRun<SeqLockBackEnd>(shards, keys),
        (shards, keys) => new BackEndRun<GuardedBackEnd<ReaderWriterGuard>>(shards, keys),
        (shards, keys) => new BackEndRun<GuardedBackEnd<MutexGuard>>(shards, keys),
        (shards, keys) => new BackEndRun<ChannelBackEnd>(shards, keys),
    ];

    public static int Count => BackEnds.Length;

    public List<BackEndResult> Run()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, options.Pairs);
        CallStream[] streams = [.. options.ReadPercents.Select(percent => new CallStream(keys, percent))];
        announce("warming up");
        WarmUp();
        List<BackEndResult> results = new();
        foreach (int shards in options.Shards)
        {
            announce($"back ends, {BackEndsReport.ShardsLabel(shards)} shard(s)");
            IBackEndRun[] runs = Array.ConvertAll(BackEnds, create => create(shards, keys));
            try
            {
                for (int mix = 0; mix < streams.Length; mix++)
                {
                    foreach (int callers in options.Callers)
                    {
                        results.AddRange(Measure(runs, streams[mix], options.ReadPercents[mix], callers, shards));
                    }
                }
            }
            finally
            {
                Array.ForEach(runs, run => run.Dispose());
            }
        }

        return results;
    }

    private static void WarmUp()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        CallStream calls = new(keys, readPercent: 50);
        IBackEndRun[] runs = Array.ConvertAll(BackEnds, create => create(4, keys));
        LoopWarmUp.Repeat(() =>
        {
            foreach (IBackEndRun run in runs)
            {
                run.Run(calls, callers: 4, TimeSpan.Zero, isTimed: false);
                run.Run(calls, callers: 4, TimeSpan.Zero, isTimed: true);
            }
        });
        Array.ForEach(runs, run => run.Dispose());
    }

    private BackEndResult[] Measure(IBackEndRun[] runs, CallStream calls, int readPercent, int callers, int shards)
    {
        List<double>[] speeds = Array.ConvertAll(runs, _ => new List<double>());
        LatencyHistogram[] latencies = Array.ConvertAll(runs, _ => new LatencyHistogram());
        GcMeter.CollectAll();

        // The first round warms up.
        for (int round = 0; round <= options.Repetitions; round++)
        {
            for (int turn = 0; turn < runs.Length; turn++)
            {
                int index = (turn + round) % runs.Length;
                double speed = runs[index].Run(calls, callers, options.Duration, isTimed: false);
                runs[index].Run(calls, callers, options.Duration, isTimed: true);
                LatencyHistogram taken = runs[index].TakeLatencies();
                if (round > 0)
                {
                    speeds[index].Add(speed);
                    latencies[index].Add(taken);
                }
            }
        }

        return
        [
            .. runs.Select((run, index) => new BackEndResult(
                run.Name, readPercent, callers, shards, Spread.Of(speeds[index]),
                Spread.OfRatios(speeds[index], speeds[0]), latencies[index])),
        ];
    }
}

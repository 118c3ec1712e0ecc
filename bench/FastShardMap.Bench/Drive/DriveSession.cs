using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Drive;

/// <summary>Drives the maps through every combination asked for; within one, the maps take turns.</summary>
internal sealed class DriveSession(DriveOptions options, Action<string> announce)
{
    public const string MachineLabel = "machine (empty loop)";

    private readonly ulong[] _keys = KeyStreams.Distinct(first: 0, options.Pairs);

    public List<DriveResult> Run()
    {
        List<DriveResult> results = new();
        foreach (Mix mix in options.Mixes.Select(Mix.Of))
        {
            // Churn draws no keys, so there is nothing to distribute.
            IReadOnlyList<string> distributions = mix.IsChurn ? ["window"] : options.Distributions;
            foreach (string distribution in distributions)
            {
                foreach (int threads in options.Threads)
                {
                    announce($"mix {mix.Name} ({mix.Description}), {distribution} keys, {threads} thread(s)");
                    results.AddRange(Measure(mix, distribution, threads));
                    GcMeter.CollectAll();
                }
            }
        }

        return results;
    }

    private List<DriveResult> Measure(Mix mix, string distribution, int threads)
    {
        ThreadPlan[] plans =
        [
            .. Enumerable.Range(0, threads).Select(
                thread => ThreadPlan.Create(mix, distribution, _keys, thread, threads)),
        ];
        RunFactory factory = new(mix, plans, _keys, options);
        IDriveRun[] runs = [.. options.Maps.Select(map => Peers.Visit(map, factory))];
        List<double>[] speeds = new List<double>[runs.Length];
        LatencyHistogram gaps = new();
        try
        {
            for (int i = 0; i < runs.Length; i++)
            {
                speeds[i] = [];
                runs[i].RunUntimed(options.WarmUp);
                runs[i].RunTimed(options.WarmUp, options.ArrivalRate);
                runs[i].ClearLatencies();
            }

            GcMeter.CollectAll();
            for (int repetition = 0; repetition < options.Repetitions; repetition++)
            {
                for (int turn = 0; turn < runs.Length; turn++)
                {
                    int index = (turn + repetition) % runs.Length;
                    if (options.ArrivalRate == 0)
                    {
                        speeds[index].Add(runs[index].RunUntimed(options.Duration));
                    }

                    runs[index].RunTimed(options.Duration, options.ArrivalRate);
                }

                JitterMeter.MeasureOnThreads(threads, options.Duration, options.Pin, gaps);
            }

            List<DriveResult> results = runs.Select((run, index) => new DriveResult(
                run.Label, mix.Name, distribution, threads, Spread.Of(speeds[index]), KindsOf(run))).ToList();
            results.Add(new DriveResult(MachineLabel, mix.Name, distribution, threads, Spread.None, [("gap", gaps)]));
            return results;
        }
        finally
        {
            foreach (IDriveRun run in runs)
            {
                run.Dispose();
            }
        }
    }

    private static List<(string Kind, LatencyHistogram Latencies)> KindsOf(IDriveRun run)
    {
        List<(string Kind, LatencyHistogram Latencies)> kinds = new();
        foreach (OperationKind kind in Enum.GetValues<OperationKind>())
        {
            LatencyHistogram latencies = run.Latencies(kind);
            if (latencies.Count > 0)
            {
                kinds.Add((kind.ToString(), latencies));
            }
        }

        return kinds;
    }

    private sealed class RunFactory(Mix mix, ThreadPlan[] plans, ulong[] keys, DriveOptions options)
        : IPeerVisitor<ulong, ulong, IDriveRun>
    {
        public IDriveRun Visit<TMap>()
            where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
        {
            LoopWarmUp.RunOnce<TMap>();
            MapSettings settings = new(keys.Length, options.Shards, options.HugePages, options.Background);
            return new DriveRun<TMap>(mix, plans, keys, settings, options.Pin);
        }
    }
}

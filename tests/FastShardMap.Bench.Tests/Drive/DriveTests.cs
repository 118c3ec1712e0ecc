using System.Diagnostics;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using Map = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;

namespace FastShardMap.Bench.Tests.Drive;

public class DriveTests
{
    [Theory]
    [InlineData("A", 0.5)]
    [InlineData("B", 0.95)]
    [InlineData("C", 1.0)]
    [InlineData("F", 0.5)]
    public void Kinds_Mix_HasItsShareOfReads(string mix, double share)
    {
        OperationKind[] kinds = Mix.Of(mix).Kinds(100_000, seed: 1);
        double reads = kinds.Count(kind => kind == OperationKind.Read) / 100_000.0;
        Assert.InRange(reads, share - 0.01, share + 0.01);
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("zipf")]
    [InlineData("hotset")]
    public void Draw_AnyDistribution_DrawsFromTheSet(string distribution)
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 1_000);
        Assert.Subset(keys.ToHashSet(), KeyDistribution.Draw(distribution, keys, 10_000, seed: 1).ToHashSet());
    }

    [Fact]
    public void Run_Churn_KeepsTheWindowFull()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        Mix churn = Mix.Of("churn");
        ThreadPlan plan = ThreadPlan.Create(churn, "window", keys, thread: 0, threads: 2);
        using Map map = Map.Create(default);
        Driver<Map> driver = new(map, plan);
        driver.FillWindow();
        Assert.Equal(1_000, map.Count);
        foreach (int milliseconds in (int[])[20, 20])
        {
            StopSignal stop = new();
            using Timer timer = new(_ => stop.Raise(), state: null, milliseconds, Timeout.Infinite);
            driver.RunUntimed(stop);
            driver.RunTimed(stop);
        }

        driver.RunScheduled(Stopped(), stepsPerSecond: 1e6);
        Assert.Equal(1_000, map.Count);
    }

    [Fact]
    public void RunScheduled_MapThatKeepsUp_TakesTheTimeOfTheTimetable()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 100);
        ThreadPlan plan = ThreadPlan.Create(Mix.Of("C"), "uniform", keys, thread: 0, threads: 1);
        using Map map = Map.Create(default);
        Driver<Map> driver = new(map, plan);
        StopSignal stop = new();
        Stopwatch watch = Stopwatch.StartNew();
        using Timer timer = new(_ => StopAfterSteps(), state: null, 100, 100);
        driver.RunScheduled(stop, stepsPerSecond: 10_000);

        // At 10,000 steps per second, the first at once; slower if the machine is busy, never faster.
        double due = watch.Elapsed.TotalSeconds * 10_000;
        Assert.InRange(driver.Latencies[(int)OperationKind.Read].Count, 64, (long)due + 1);

        // However late the driver begins.
        void StopAfterSteps()
        {
            if (driver.Latencies[(int)OperationKind.Read].Count > 0)
            {
                stop.Raise();
            }
        }
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_EveryMapAndMix_MeasuresEachKind()
    {
        DriveOptions options = new()
        {
            Maps = Peers.Names,
            Mixes = [.. Mix.All.Select(mix => mix.Name)],
            Distributions = ["zipf"],
            Threads = [2],
            Pairs = 1_000,
            Duration = TimeSpan.FromMilliseconds(5),
            WarmUp = TimeSpan.FromMilliseconds(5),
            Repetitions = 1,
            Pin = true,
        };
        List<DriveResult> results = new DriveSession(options, _ => { }).Run();
        Assert.Equal(Mix.All.Length * (Peers.Names.Length + 1), results.Count);
        Assert.All(results, result => Assert.All(result.Latencies, kind => Assert.True(kind.Latencies.Count > 0)));
        Assert.Contains("| zipf |", DriveReport.ToMarkdown(results), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_Growth_MeasuresInsertsAndReads()
    {
        GrowthOptions options = new() { Maps = [Peers.Ours], Pairs = 200_000, Readers = 1, Repetitions = 1 };
        GrowthSession session = new(options, _ => { });
        List<GrowthResult> results = session.Run();
        Assert.Equal([0, 1], results.Select(result => result.Readers));
        Assert.All(results, result => Assert.Equal(200_000, result.Inserts.Count));
        Assert.True(results[1].Reads.Count > 0);
        LatencyHistogram gaps = session.MachineGaps(TimeSpan.FromMilliseconds(10));
        Assert.Contains("read meanwhile", DriveReport.ToMarkdown(results, gaps), StringComparison.Ordinal);
    }

    private static StopSignal Stopped()
    {
        StopSignal stop = new();
        stop.Raise();
        return stop;
    }
}

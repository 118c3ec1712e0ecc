using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Embedded;
using FastShardMap.Resharding;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Bench.Near;

/// <summary>What it costs to read and write independent servers while slots move between them: what a read pays for the
/// fence, and the tail of the latencies of a steady traffic.</summary>
internal sealed class NearReshard(bool isQuick, Action<string> announce)
{
    public static readonly string[] Rows = ["near-fence", "near-scan", "near-reshard"];

    private const int Keys = 20_000;
    private const int Workers = 4;
    private const int OperationsPerWrite = 10;

    /// <summary>A wave is a small part of the keys, as for the default options with many more keys.</summary>
    private const int SlotsPerWave = 64;

    private const int SlotsPerRound = SlotsPerWave;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_lease = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly List<EmbeddedEngine> _engines = [];

    private LatencyHistogram _latencies = new();
    private long _operations;
    private long _errors;

    private int Rounds => isQuick ? 5 : 11;

    private TimeSpan Window => TimeSpan.FromSeconds(isQuick ? 2 : 5);

    public async Task<FigureRow[]> RunAsync()
    {
        try
        {
            for (int server = 0; server < 3; server++)
            {
                _engines.Add(await EmbeddedEngine.StartAsync());
            }

            ShardingOptions options = new()
            {
                ControlConfiguration = _engines[0].Configuration,
                NodeConfiguration = node => _engines[node[0] - 'a'].Configuration,
                Lease = s_lease,
                OperationTimeout = TimeSpan.FromSeconds(30),
            };
            await using Resharder resharder = await Resharder.ConnectAsync(options);
            await resharder.CreateAsync([new NodeWeight("a"), new NodeWeight("b")]);
            await using RoutedStore store = await RoutedStore.ConnectAsync(options);
            await Parallel.ForAsync(
                0, Keys, async (key, _) => await store.SetAsync(NameOf(key), key));
            FigureRow fence = await MeasureFenceAsync(resharder, store);
            return [fence, .. await MeasureTrafficAsync(resharder, store)];
        }
        finally
        {
            foreach (EmbeddedEngine engine in _engines)
            {
                await engine.DisposeAsync();
            }
        }
    }

    private static RedisKey NameOf(int key) => $"key:{key}";

    private static RedisKey KeyIn(Func<int, bool> isWanted) => Enumerable.Range(0, Keys).Select(NameOf)
        .First(key => isWanted(SlotTable.SlotOf((byte[])key!)));

    private static async Task<double> TimeAsync(RoutedStore store, RedisKey key)
    {
        const int Reads = 200;
        long start = Stopwatch.GetTimestamp();
        for (int read = 0; read < Reads; read++)
        {
            await store.GetAsync(key);
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Reads;
    }

    /// <summary>Reads of a slot that is held in the middle of its move, beside reads of one that does not
    /// move.</summary>
    private async Task<FigureRow> MeasureFenceAsync(Resharder resharder, RoutedStore store)
    {
        announce("reads that look at a fence");
        await ScheduleAsync(resharder, 0);
        using CancellationTokenSource hold = new();
        Task held = resharder.RunAsync(
            new ReshardOptions { RollBackWindow = TimeSpan.FromHours(1), SlotsPerWave = SlotsPerRound },
            cancellationToken: hold.Token);
        while ((await resharder.GetStatusAsync()).State != MoveState.Draining)
        {
            await Task.Delay(s_poll);
        }

        RedisKey moving = KeyIn(slot => slot < SlotsPerRound);
        RedisKey resting = KeyIn(slot => slot >= SlotTable.SlotCount / 2);
        await Task.Delay(s_lease);
        List<double> fenced = [];
        List<double> plain = [];
        for (int repetition = -2; repetition < Rounds * 2; repetition++)
        {
            double one = await TimeAsync(store, moving);
            double other = await TimeAsync(store, resting);
            if (repetition >= 0)
            {
                fenced.Add(one);
                plain.Add(other);
            }
        }

        await hold.CancelAsync();
        await held.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await resharder.RunAsync(new ReshardOptions { SlotsPerWave = SlotsPerRound });
        return FigureRow.Of(
            AllTargets.Near,
            "near-fence",
            "a read in a slot that moves: value and fence in one transaction",
            $"median {Units.Duration(Spread.Of(fenced).Median)}, a GET outside of moves "
                + Units.Duration(Spread.Of(plain).Median),
            new Measure(TargetUnit.OfPlainRead, Spread.OfRatios(fenced, plain)));
    }

    /// <summary>Requests beside scans that change nothing, which share the processors with them as moves do, and beside
    /// moves.</summary>
    private async Task<FigureRow[]> MeasureTrafficAsync(Resharder resharder, RoutedStore store)
    {
        announce("traffic during moves");
        using CancellationTokenSource stop = new();
        Task[] workers = [.. Enumerable.Range(0, Workers).Select(worker => WorkAsync(store, worker, stop.Token))];
        List<double> before = [];
        List<double> besideScans = [];
        List<double> during = [];
        ReshardOptions work = new()
        {
            SlotsPerWave = SlotsPerWave,
            Concurrency = 1,
            MaxKeysPerSecond = 500,
            MaxScannedKeysPerSecond = 8_000,
            StepPause = TimeSpan.FromMilliseconds(2),
        };
        for (int round = -1; round < Rounds; round++)
        {
            Interlocked.Exchange(ref _latencies, new LatencyHistogram());
            await Task.Delay(Window);
            LatencyHistogram rest = Interlocked.Exchange(ref _latencies, new LatencyHistogram());
            await resharder.VerifyAsync(work);
            LatencyHistogram scanning = Interlocked.Exchange(ref _latencies, new LatencyHistogram());
            await ScheduleAsync(resharder, round + 2);
            await resharder.RunAsync(work);
            LatencyHistogram moving = Interlocked.Exchange(ref _latencies, new LatencyHistogram());
            if (round >= 0)
            {
                before.Add(TailOf(rest));
                besideScans.Add(TailOf(scanning));
                during.Add(TailOf(moving));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        FigureRow scans = FigureRow.Of(
            AllTargets.Near,
            "near-scan",
            "the same beside scans alone, which change nothing",
            $"p99 {Units.Duration(Spread.Of(besideScans).Median)}, "
                + $"{Spread.OfRatios(besideScans, before).Median:0.00} of that at rest");
        return [scans, FigureRow.Of(
            AllTargets.Near,
            "near-reshard",
            $"{Units.Count(_operations)} reads and writes while {SlotsPerRound} slots move in waves, {Rounds} times",
            $"p99 before {Units.Duration(Spread.Of(before).Median)}, "
                + $"during {Units.Duration(Spread.Of(during).Median)}; errors {Units.Count(_errors)}",
            new Measure(TargetUnit.OfRest, Spread.OfRatios(during, before)),
            new Measure(TargetUnit.Errors, Spread.Of([_errors])))];
    }

    private static double TailOf(LatencyHistogram histogram)
    {
        lock (histogram)
        {
            return histogram.PercentileTicks(0.99);
        }
    }

    private async Task WorkAsync(RoutedStore store, int worker, CancellationToken token)
    {
        Random random = new(worker);
        while (!token.IsCancellationRequested)
        {
            RedisKey key = NameOf(random.Next(Keys));
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (random.Next(OperationsPerWrite) == 0)
                {
                    await store.SetAsync(key, random.Next());
                }
                else
                {
                    await store.GetAsync(key);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ReshardException)
            {
                Interlocked.Increment(ref _errors);
            }

            long took = Stopwatch.GetTimestamp() - start;
            LatencyHistogram histogram = Volatile.Read(ref _latencies);
            lock (histogram)
            {
                histogram.Record(took);
            }

            Interlocked.Increment(ref _operations);
            await Task.Delay(s_pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ScheduleAsync(Resharder resharder, int round) => await resharder.ScheduleAsync(
        await resharder.PlanAsync(
            [new NodeWeight("a"), new NodeWeight("b"), new NodeWeight("c")],
            new NextSlots(round * SlotsPerRound, SlotsPerRound)));

    /// <summary>Moves some slots to the last node.</summary>
    private sealed class NextSlots(int first, int count) : ISlotPlacement
    {
        public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
        {
            current.CopyTo(next);
            next.Slice(first, count).Fill((ushort)(nodes.Length - 1));
        }
    }
}

using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Route;
using FastShardMap.Bench.Targets;
using FastShardMap.Embedded;
using FastShardMap.Near;
using FastShardMap.Routing;

namespace FastShardMap.Bench.Near;

/// <summary>
/// What more servers cost: batches of keys that are read from 1, 3, 6 and 12 of them, beside what the first cause of
/// decay in the simulation explains. Each batch becomes one request per server that owns some of its keys, so with more
/// servers a request carries fewer keys.
/// </summary>
/// <remarks>All servers share the processors of one machine, so they add no capacity here, and the time of a batch is
/// the sum of the costs. The costs of a batch, a request and a key come from batches of other sizes, on all numbers of
/// servers.</remarks>
internal sealed class NearNodes(bool isQuick, Action<string> announce)
{
    private const int Keys = 20_000;
    private const int Callers = 16;
    private const int BatchKeys = DecayCosts.KeysPerBatch;

    private static readonly int[] s_nodes = [1, 3, 6, 12];
    private static readonly int[] s_calibrations = [16, 256];

    private readonly List<EmbeddedEngine> _engines = [];
    private readonly List<RoutedNearMap<long, NearPair>> _maps = [];

    public static IReadOnlyList<string> Rows { get; } = [.. s_nodes.Select(RowOf)];

    private int Rounds => isQuick ? 5 : 11;

    private TimeSpan Window => TimeSpan.FromMilliseconds(isQuick ? 250 : 500);

    public async Task<FigureRow[]> RunAsync()
    {
        announce("several servers");
        try
        {
            for (int server = 0; server < s_nodes[^1]; server++)
            {
                _engines.Add(await EmbeddedEngine.StartAsync(new EmbeddedEngineOptions { MemoryBytes = 16 << 20 }));
            }

            foreach (int nodes in s_nodes)
            {
                _maps.Add(await ConnectAsync(nodes));
            }

            return await MeasureAsync();
        }
        finally
        {
            foreach (RoutedNearMap<long, NearPair> map in _maps)
            {
                await map.DisposeAsync();
            }

            foreach (EmbeddedEngine engine in _engines)
            {
                await engine.DisposeAsync();
            }
        }
    }

    /// <summary>The expected number of servers that own some of the keys of a batch.</summary>
    private static double RequestsOf(int nodes, int keys) => nodes * DecayModel.AnyOf(1.0 / nodes, keys);

    private static string RowOf(int nodes) => $"near-nodes-{nodes}";

    /// <summary>Fits the costs of a batch, of a request and of a key to times of batches, by least squares of the
    /// relative errors.</summary>
    private static double[] CostsOf(IReadOnlyList<(int Nodes, int Keys, double Time)> times)
    {
        const int Causes = 3;
        double[,] equations = new double[Causes, Causes + 1];
        foreach ((int nodes, int keys, double time) in times)
        {
            double[] terms = [1 / time, RequestsOf(nodes, keys) / time, keys / time, 1];
            for (int row = 0; row < Causes; row++)
            {
                for (int column = 0; column <= Causes; column++)
                {
                    equations[row, column] += terms[row] * terms[column];
                }
            }
        }

        for (int pivot = 0; pivot < Causes; pivot++)
        {
            for (int row = 0; row < Causes; row++)
            {
                double factor = row == pivot ? 0 : equations[row, pivot] / equations[pivot, pivot];
                for (int column = 0; column <= Causes; column++)
                {
                    equations[row, column] -= factor * equations[pivot, column];
                }
            }
        }

        return [.. Enumerable.Range(0, Causes).Select(row => equations[row, Causes] / equations[row, row])];
    }

    private async Task<RoutedNearMap<long, NearPair>> ConnectAsync(int nodes)
    {
        SlotTable table = SlotTable.Create([.. Enumerable.Range(0, nodes).Select(node => new NodeWeight($"{node}"))]);
        List<NearMapOptions> options = [];
        for (int node = 0; node < nodes; node++)
        {
            // Next to no copies, so that reads go to the servers.
            options.Add(new NearMapOptions(_engines[node].Configuration, $"nodes{nodes}:")
            {
                MaxEntries = 1,
                MaxStaleness = TimeSpan.FromSeconds(10),
                OperationTimeout = TimeSpan.FromSeconds(30),
                Name = $"{nodes}/{node}",
            });
        }

        RoutedNearMap<long, NearPair> map = await RoutedNearMap<long, NearPair>.ConnectAsync(
            table, node => options[table.IndexOf(node)]);
        foreach (int[] chunk in Enumerable.Range(0, Keys).Chunk(1024))
        {
            await Task.WhenAll(chunk.Select(key => map.SetAsync(key, new NearPair(key, ~key)).AsTask()));
        }

        return map;
    }

    private async Task<FigureRow[]> MeasureAsync()
    {
        Dictionary<(int Map, int Keys), List<double>> times = [];
        for (int round = -2; round < Rounds; round++)
        {
            for (int map = 0; map < s_nodes.Length; map++)
            {
                foreach (int keys in (int[])[BatchKeys, .. s_calibrations])
                {
                    double time = await TimeAsync(_maps[map], keys, round);
                    if (round >= 0)
                    {
                        (times.TryGetValue((map, keys), out List<double>? all) ? all : times[(map, keys)] = [])
                            .Add(time);
                    }
                }
            }
        }

        double[] costs = CostsOf(
        [
            .. from map in Enumerable.Range(0, s_nodes.Length)
               from keys in s_calibrations
               select (s_nodes[map], keys, Spread.Of(times[(map, keys)]).Median),
        ]);
        return [.. s_nodes.Select((_, map) => RowOf(map, times, costs))];
    }

    private static FigureRow RowOf(
        int map, Dictionary<(int Map, int Keys), List<double>> times, double[] costs)
    {
        int nodes = s_nodes[map];
        double requests = RequestsOf(nodes, BatchKeys);
        double explained = costs[0] + (requests * costs[1]) + (BatchKeys * costs[2]);
        List<double> measured = times[(map, BatchKeys)];
        double time = Spread.Of(measured).Median;
        double share = Spread.OfRatios(times[(0, BatchKeys)], measured).Median;
        return FigureRow.Of(
            AllTargets.Near,
            RowOf(nodes),
            $"batches of {BatchKeys} keys from {nodes} servers, {Callers} callers; {requests:0.0} requests per batch",
            $"{Units.Count((long)(BatchKeys * 1e9 / time))} keys/s, {share:0.00} of one server's; "
                + $"explained {Units.Count((long)(BatchKeys * 1e9 / explained))} (batch {Units.Duration(costs[0])}, "
                + $"request {Units.Duration(costs[1])}, key {Units.Duration(costs[2])})",
            new Measure(TargetUnit.OfExplained, Spread.Of([Math.Max(time / explained, explained / time)])));
    }

    /// <summary>The time per batch, in nanoseconds, while all callers read one batch after another.</summary>
    private async Task<double> TimeAsync(RoutedNearMap<long, NearPair> map, int keys, int seed)
    {
        long start = Stopwatch.GetTimestamp();
        int[] batches = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => Task.Run(() => ReadAsync(caller))));
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / batches.Sum();

        async Task<int> ReadAsync(int caller)
        {
            Random random = new(HashCode.Combine(caller, seed));
            long[] batch = new long[keys];
            NearPair[] values = new NearPair[keys];
            bool[] found = new bool[keys];
            int done = 0;
            while (Stopwatch.GetElapsedTime(start) < Window)
            {
                foreach (ref long key in batch.AsSpan())
                {
                    key = random.Next(Keys);
                }

                int count = await map.GetManyAsync(batch, values, found);
                done += count == keys ? 1 : throw new InvalidOperationException($"{keys - count} keys are missing.");
            }

            return done;
        }
    }
}

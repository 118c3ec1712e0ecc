using BenchmarkDotNet.Attributes;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Suites;

/// <summary>What stands beside the map: a cell whose value is replaced as a whole, and a map that one thread has to
/// itself. Times are for one operation.</summary>
public class FamilySuite
{
    private readonly SeqLocked<PairEntry.Value> _cell = new(PairEntry.ValueOf(1));
    private ulong[] _keys = [];
    private ShardMap<ulong, ulong>? _map;
    private ShardMapExclusive<ulong, ulong, DefaultHasher<ulong>>? _exclusive;

    [Params(1_000, 1_000_000)]
    public int Size { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, Size);
        _keys = KeyStreams.Uniform(keys, SuiteBody.Operations, seed: 1);
        _map = new ShardMap<ulong, ulong>(Size);
        _exclusive = _map.EnterExclusive();
        foreach (ulong key in keys)
        {
            _exclusive[key] = MapLoops.ValueOf(key);
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _exclusive?.Dispose();
        _map?.Dispose();
    }

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong LoadCell()
    {
        ulong sum = 0;
        for (int i = 0; i < SuiteBody.Operations; i++)
        {
            sum += PairEntry.Fold(_cell.Load());
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong WriteExclusively()
    {
        foreach (ulong key in _keys)
        {
            _exclusive![key] = MapLoops.ValueOf(key);
        }

        return (ulong)_keys.Length;
    }
}

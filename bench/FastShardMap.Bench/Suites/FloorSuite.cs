using BenchmarkDotNet.Attributes;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Suites;

/// <summary>What memory allows: one hash and one load of 16 bytes for each key.</summary>
public class FloorSuite
{
    private const int StreamLength = 1 << 21;

    private readonly ulong _zero = Sink.Zero;
    private ulong[] _keys = [];
    private FloorTable? _table;
    private int _position;

    [Params(100, 1_000, 100_000, 1_000_000, 10_000_000)]
    public int Size { get; set; }

    [Params(false, true)]
    public bool HugePages { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _keys = KeyStreams.Uniform(KeyStreams.Distinct(first: 0, Size), StreamLength, seed: 1);
        _table = new FloorTable(Size, HugePages);
    }

    [GlobalCleanup]
    public void CleanUp() => _table?.Dispose();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong LoadIndependent() => _table!.Independent(Next());

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong LoadDependent() => _table!.Dependent(Next(), _zero);

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong LoadPrefetched() => _table!.Prefetched(Next());

    private ReadOnlySpan<ulong> Next()
    {
        _position = (_position + SuiteBody.Operations) & (StreamLength - 1);
        return _keys.AsSpan(_position, SuiteBody.Operations);
    }
}

using BenchmarkDotNet.Attributes;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Suites;

/// <summary>What every suite over maps has in common: its parameters and the body they name.</summary>
public abstract class MapSuite
{
    private SuiteBody? _body;

    [ParamsAllValues]
    public Peer Map { get; set; }

    [ParamsAllValues]
    public EntryShape Shape { get; set; }

    [Params(100, 1_000, 100_000, 1_000_000, 10_000_000)]
    public int Size { get; set; }

    internal SuiteBody Body => _body ?? throw new InvalidOperationException("The suite is not set up.");

    [GlobalSetup]
    public void SetUp() => _body = SuiteBodies.Create(Map, Shape, Size);

    [GlobalCleanup]
    public void CleanUp()
    {
        _body?.Dispose();
        _body = null;
    }
}

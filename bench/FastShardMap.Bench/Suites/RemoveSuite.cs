using BenchmarkDotNet.Attributes;

namespace FastShardMap.Bench.Suites;

/// <summary>Emptying a full map; times are for all pairs, the column beside them for one.</summary>
public class RemoveSuite : MapSuite
{
    [IterationSetup]
    public void Refill() => Body.Refill();

    [Benchmark]
    public ulong RemoveAll() => Body.RemoveAll();
}

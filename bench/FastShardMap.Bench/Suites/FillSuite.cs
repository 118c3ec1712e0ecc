using BenchmarkDotNet.Attributes;

namespace FastShardMap.Bench.Suites;

/// <summary>Filling a map from nothing; times are for all pairs, the column beside them for one.</summary>
public class FillSuite : MapSuite
{
    [Benchmark]
    public long InsertGrowing() => Body.Fill(reserve: false);

    [Benchmark]
    public long InsertReserved() => Body.Fill(reserve: true);
}

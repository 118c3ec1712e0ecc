using BenchmarkDotNet.Attributes;

namespace FastShardMap.Bench.Suites;

/// <summary>
/// Going through all pairs, and copying them; times are for all pairs, the column beside them for one.
/// </summary>
public class WholeMapSuite : MapSuite
{
    [Benchmark]
    public ulong Enumerate() => Body.Enumerate();

    [Benchmark]
    public int CopyToArray() => Body.CopyToArray();
}

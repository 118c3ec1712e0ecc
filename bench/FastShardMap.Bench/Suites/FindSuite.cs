using BenchmarkDotNet.Attributes;

namespace FastShardMap.Bench.Suites;

/// <summary>Lookups; times are for one key.</summary>
public class FindSuite : MapSuite
{
    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong HitIndependent() => Body.Hit();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong HitDependent() => Body.HitDependent();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong MissIndependent() => Body.Miss();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong MissDependent() => Body.MissDependent();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong HitBatched() => Body.Batch();
}

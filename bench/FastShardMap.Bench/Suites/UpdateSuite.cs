using BenchmarkDotNet.Attributes;

namespace FastShardMap.Bench.Suites;

/// <summary>
/// Writes that keep the number of pairs; times are for one key, churn's for one removal and one insertion.
/// </summary>
public class UpdateSuite : MapSuite
{
    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong OverwriteExisting() => Body.Overwrite();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong ChangeInPlace() => Body.Change();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong GetOrAddExisting() => Body.GetOrAddExisting();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong RemoveThenInsertNew() => Body.Churn();
}

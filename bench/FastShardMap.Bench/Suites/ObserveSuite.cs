using BenchmarkDotNet.Attributes;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Suites;

/// <summary>What observation costs: the same work with nobody looking on, and with everybody. Times are for one key;
/// those of the growing map for all of them.</summary>
public class ObserveSuite
{
    private SuiteBody? _body;
    private Observer? _observer;

    [ParamsAllValues]
    public Observation Observation { get; set; }

    [Params(1_000, 1_000_000)]
    public int Size { get; set; }

    /// <summary>Who looks on, if anybody does.</summary>
    internal Observer? Observer => _observer;

    private SuiteBody Body => _body ?? throw new InvalidOperationException("The suite is not set up.");

    [GlobalSetup]
    public void SetUp()
    {
        string? name = Observation == Observation.Unnamed ? null : "observed";
        _body = new WriteBody<ShardMapAdapter<ulong, ulong>, ulong, ulong, WordEntry>(Size, name);
        _observer = Observation == Observation.Observed ? new Observer() : null;
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _observer?.Dispose();
        _body?.Dispose();
        _observer = null;
        _body = null;
    }

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong Hit() => Body.Hit();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong Overwrite() => Body.Overwrite();

    [Benchmark(OperationsPerInvoke = SuiteBody.Operations)]
    public ulong Churn() => Body.Churn();

    [Benchmark]
    public long InsertGrowing() => Body.Fill(reserve: false);
}

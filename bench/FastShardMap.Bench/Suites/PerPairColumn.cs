using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Suites;

/// <summary>For work on a whole map: the mean time of one pair.</summary>
internal sealed class PerPairColumn : IColumn
{
    public string Id => nameof(PerPairColumn);

    public string ColumnName => "Per pair";

    public string Legend => "Mean / Size, where one operation is work on all pairs; else the mean";

    public UnitType UnitType => UnitType.Time;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(benchmarkCase);
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
        {
            return "NA";
        }

        // A method of many operations an invocation is for one key already; the others work on the whole map.
        bool isWhole = benchmarkCase.Descriptor.OperationsPerInvoke == 1;
        int size = isWhole ? (int)benchmarkCase.Parameters[nameof(MapSuite.Size)] : 1;
        return Units.Duration(statistics.Mean / size);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);
}

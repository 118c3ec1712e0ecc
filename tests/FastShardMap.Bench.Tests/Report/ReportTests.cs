using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Report;

namespace FastShardMap.Bench.Tests.Report;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("report-tests").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_Histogram_RisesToItsMaximum()
    {
        LatencyHistogram latencies = new();
        for (int i = 1; i <= 1000; i++)
        {
            latencies.Record(i);
        }

        (double OneIn, double Nanoseconds)[] curve = [.. PercentileCurve.Of(latencies)];
        Assert.Equal(curve.OrderBy(point => point.OneIn), curve);
        Assert.Equal(curve.OrderBy(point => point.Nanoseconds), curve);
        Assert.Equal(1000, curve[^1].OneIn);
        Assert.Equal(LatencyHistogram.ToNanoseconds(1000), curve[^1].Nanoseconds, 6);

        // One in ten takes longer than the 90th percentile.
        double ninety = curve.First(point => point.OneIn >= 10).Nanoseconds;
        Assert.InRange(ninety, LatencyHistogram.ToNanoseconds(895), LatencyHistogram.ToNanoseconds(915));
    }

    [Fact]
    public void Replace_BetweenTheMarks_LeavesTheRest()
    {
        string readme = $"before\n{ReadmeBlock.Begin}\nold\n{ReadmeBlock.End}\nafter\n";
        string once = ReadmeBlock.Replace(readme, "new\n");
        Assert.Equal($"before\n{ReadmeBlock.Begin}\nnew\n{ReadmeBlock.End}\nafter\n", once);
        Assert.Equal(once, ReadmeBlock.Replace(once, "new\n"));
    }

    [Theory]
    [InlineData("no marks at all")]
    [InlineData(ReadmeBlock.End + ReadmeBlock.Begin)]
    public void Replace_WithoutMarks_Throws(string readme) =>
        Assert.Throws<FormatException>(() => ReadmeBlock.Replace(readme, "new\n"));

    [Fact]
    public void Write_EveryKindOfPlot_IsAcceptedByGnuplot()
    {
        Plotter plotter = new(_folder);
        LinePlot line = new("line", "A \"title\" with_underscores and \\ more")
        {
            XLabel = "x",
            YLabel = "y",
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Curves = [new Curve("one", [(1, 2), (10, 3)]), new Curve("floor", [(1, 1), (10, 1)], IsDashed: true)],
            Landmarks = [(5, "L2")],
            Ticks = [(1, "1"), (10, "ten")],
        };
        BarPlot bars = new("bars", "Bars")
        {
            YLabel = "y",
            Series = ["a", "b"],
            Groups = [("first", [1, 2]), ("second", [3, double.NaN])],
        };
        bool isDrawn = plotter.Write(line);
        Assert.Equal(isDrawn, plotter.Write(bars));
        Assert.True(File.Exists(Path.Combine(_folder, "line.gp")));
        Assert.SkipUnless(isDrawn, Plotter.Missing);
        Assert.StartsWith("<?xml", File.ReadAllText(Path.Combine(_folder, "line.svg")), StringComparison.Ordinal);
        Assert.StartsWith("<?xml", File.ReadAllText(Path.Combine(_folder, "bars.svg")), StringComparison.Ordinal);
    }
}

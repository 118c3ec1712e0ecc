using System.Globalization;
using System.Text;

namespace FastShardMap.Bench.Report;

/// <summary>Groups of bars, one colour for each series.</summary>
internal sealed class BarPlot(string name, string title) : Plot(name, title)
{
    public required string YLabel { get; init; }

    public bool IsYLogarithmic { get; init; }

    public required IReadOnlyList<string> Series { get; init; }

    /// <summary>A label and one value for each series; NaN for none.</summary>
    public required IReadOnlyList<(string Label, double[] Values)> Groups { get; init; }

    protected override void AppendBody(StringBuilder script)
    {
        ArgumentNullException.ThrowIfNull(script);
        script.Append(CultureInfo.InvariantCulture, $"set ylabel {Quote(YLabel)}\n");
        script.Append("set style data histograms\nset style histogram clustered gap 1\nset style fill solid 0.9\n");
        script.Append("set xtics rotate by -20\n");
        script.Append(IsYLogarithmic ? "set logscale y 10\n" : "set yrange [0:*]\n");
        script.Append("$data << EOD\n");
        foreach ((string label, double[] values) in Groups)
        {
            IEnumerable<string> cells = values.Select(value => double.IsNaN(value) ? "?" : Number(value));
            script.Append(CultureInfo.InvariantCulture, $"{Quote(label)} {string.Join(' ', cells)}\n");
        }

        script.Append("EOD\nset datafile missing '?'\n");
        IEnumerable<string> parts = Series.Select((series, index) =>
            $"$data using {index + 2}:xtic(1) lc rgb '{Colours[index % Colours.Length]}' title {Quote(series)}");
        script.Append(CultureInfo.InvariantCulture, $"plot {string.Join(", \\\n     ", parts)}\n");
    }
}

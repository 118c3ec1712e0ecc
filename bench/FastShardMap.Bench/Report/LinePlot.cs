using System.Globalization;
using System.Text;

namespace FastShardMap.Bench.Report;

/// <summary>Lines over a number, with either axis logarithmic if asked.</summary>
internal sealed class LinePlot(string name, string title) : Plot(name, title)
{
    public required string XLabel { get; init; }

    public required string YLabel { get; init; }

    public bool IsXLogarithmic { get; init; }

    public bool IsYLogarithmic { get; init; }

    /// <summary>Whether single points are marked: for few measurements, not for curves of thousands.</summary>
    public bool HasMarks { get; init; } = true;

    public required IReadOnlyList<Curve> Curves { get; init; }

    /// <summary>Positions on the x axis that mean something, such as the size of a cache.</summary>
    public IReadOnlyList<(double X, string Label)> Landmarks { get; init; } = [];

    /// <summary>Labels of the x axis where plain numbers would mislead.</summary>
    public IReadOnlyList<(double X, string Label)> Ticks { get; init; } = [];

    protected override void AppendBody(StringBuilder script)
    {
        ArgumentNullException.ThrowIfNull(script);
        script.Append(CultureInfo.InvariantCulture, $"set xlabel {Quote(XLabel)}\nset ylabel {Quote(YLabel)}\n");
        if (IsXLogarithmic)
        {
            script.Append("set logscale x 10\n");
        }

        if (IsYLogarithmic)
        {
            script.Append("set logscale y 10\n");
        }
        else
        {
            script.Append("set yrange [0:*]\n");
        }

        if (Ticks.Count > 0)
        {
            IEnumerable<string> ticks = Ticks.Select(tick => $"{Quote(tick.Label)} {Number(tick.X)}");
            script.Append(CultureInfo.InvariantCulture, $"set xtics ({string.Join(", ", ticks)})\n");
        }

        foreach ((double x, string label) in Landmarks)
        {
            string at = Number(x);
            script.Append(
                CultureInfo.InvariantCulture,
                $"set arrow from first {at}, graph 0 to first {at}, graph 1 nohead dt 3 lc rgb '#888888'\n");
            script.Append(
                CultureInfo.InvariantCulture,
                $"set label {Quote(label)} at first {at}, graph 0.97 offset 0.4,0 tc rgb '#666666'\n");
        }

        for (int i = 0; i < Curves.Count; i++)
        {
            script.Append(CultureInfo.InvariantCulture, $"$curve{i} << EOD\n");
            foreach ((double x, double y) in Curves[i].Points)
            {
                script.Append(CultureInfo.InvariantCulture, $"{Number(x)} {Number(y)}\n");
            }

            script.Append("EOD\n");
        }

        string kind = HasMarks ? "linespoints pt 7 ps 0.5" : "lines";
        IEnumerable<string> parts = Curves.Select((curve, index) =>
            $"$curve{index} using 1:2 with {kind} lw 2 dt {(curve.IsDashed ? 2 : 1)} " +
            $"lc rgb '{Colours[index % Colours.Length]}' title {Quote(curve.Title)}");
        script.Append(CultureInfo.InvariantCulture, $"plot {string.Join(", \\\n     ", parts)}\n");
    }
}

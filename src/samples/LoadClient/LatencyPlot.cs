using System.Globalization;
using System.Text;

namespace LoadClient;

/// <summary>
/// Draws the latencies of runs over the time of growth, as SVG. The vertical axis is logarithmic. Each point of a line
/// is the slowest of the requests that were due in one part of the time, so that no pause is lost between two points.
/// </summary>
internal static class LatencyPlot
{
    private const int Left = 90;
    private const int Top = 40;
    private const int Width = 800;
    private const int Height = 320;
    private const int Parts = Width / 2;
    private const double Lowest = 0.1;
    private static readonly string[] Colours = ["#0b6e4f", "#c8553d"];

    public static string Draw(IReadOnlyList<GrowthRun> runs)
    {
        double seconds = Math.Max(0.1, runs.Max(static run => run.Growth.TotalSeconds));
        double decades = Math.Ceiling(
            Math.Log10(Math.Max(10 * Lowest, runs.Max(static run => run.Latency.Max)) / Lowest));
        StringBuilder svg = new();
        Line(
            svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + Width + 30} {Top + Height + 60}" """
            + """font-family="sans-serif" font-size="14">""");
        Line(svg, """<rect width="100%" height="100%" fill="white"/>""");
        for (int decade = 0; decade <= decades; decade++)
        {
            double latency = Lowest * Math.Pow(10, decade);
            double y = Y(latency, decades);
            Line(svg, $"""<path d="M{Left} {y:0.#}h{Width}" stroke="#ddd"/>""");
            Line(svg, $"""<text x="{Left - 8}" y="{y + 5:0.#}" text-anchor="end">{latency:0.###} ms</text>""");
        }

        double step = Step(seconds);
        for (double second = 0; second <= seconds; second += step)
        {
            double x = Left + second / seconds * Width;
            Line(svg, $"""<path d="M{x:0.#} {Top + Height}v6" stroke="#888"/>""");
            Line(
                svg,
                $"""<text x="{x:0.#}" y="{Top + Height + 22}" text-anchor="middle">{second:0.###}</text>""");
        }

        Line(
            svg,
            $"""<text x="{Left + Width / 2}" y="{Top + Height + 45}" text-anchor="middle">"""
            + "seconds since the growth began; slowest HTTP request of each moment</text>");
        for (int run = 0; run < runs.Count; run++)
        {
            string colour = Colours[run % Colours.Length];
            Line(
                svg,
                $"""<path d="{Path(runs[run], seconds, decades)}" fill="none" stroke="{colour}" """
                + """stroke-width="1.5"/>""");
            Line(
                svg,
                $"""<text x="{Left + 10 + run * 300}" y="{Top - 14}" fill="{colour}" font-weight="bold">"""
                + $"{runs[run].Store}, p99.9 {runs[run].Latency.P999:0.#} ms</text>");
        }

        Line(svg, "</svg>");
        return svg.ToString();
    }

    private static void Line(StringBuilder svg, string text) => svg.Append(text).Append('\n');

    private static string Path(GrowthRun run, double seconds, double decades)
    {
        double[] slowest = new double[Parts];
        foreach (Request request in run.Requests)
        {
            int part = (int)(request.Due.TotalSeconds / seconds * Parts);
            if (part < Parts)
            {
                slowest[part] = Math.Max(slowest[part], request.Latency);
            }
        }

        StringBuilder path = new();
        for (int part = 0; part < Parts; part++)
        {
            if (slowest[part] > 0)
            {
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"{(path.Length == 0 ? 'M' : 'L')}{Left + part * Width / Parts} {Y(slowest[part], decades):0.#}");
            }
        }

        return path.ToString();
    }

    private static double Y(double latency, double decades) =>
        Top + Height * (1 - Math.Log10(Math.Max(latency, Lowest) / Lowest) / decades);

    // At most ten marks, at 1, 2 or 5 times a power of ten.
    private static double Step(double seconds)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(seconds / 10)));
        return new[] { 1.0, 2, 5, 10 }.Select(factor => factor * power).First(step => seconds / step <= 10);
    }
}

using System.Globalization;

namespace FastShardMap.Inspector.Html;

/// <summary>
/// Colours on a scale from the lowest value shown to the highest, so that differences are visible. The legend gives
/// both values, so that small differences are not mistaken for large ones.
/// </summary>
internal sealed class HeatScale(double least, double greatest)
{
    private const int LegendSteps = 24;
    private const int LegendHeight = 12;
    private const int TextHeight = 16;

    public static HeatScale Of(IEnumerable<double> values)
    {
        double least = double.PositiveInfinity;
        double greatest = double.NegativeInfinity;
        foreach (double value in values)
        {
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
        }

        return least <= greatest ? new HeatScale(least, greatest) : new HeatScale(0, 0);
    }

    /// <summary>The colour of a value; the middle of the scale if all values are equal.</summary>
    public string Colour(double value) => ColourOf(greatest > least ? (value - least) / (greatest - least) : 0.5);

    /// <summary>A strip from the lowest value to the highest, with both values below it.</summary>
    public string Legend(string id, Func<double, string> text)
    {
        string most = text(greatest);
        return greatest > least
            ? Drawing(
                id,
                $"{text(least)} {most}",
                LegendHeight + TextHeight,
                string.Concat(Enumerable.Range(0, LegendSteps).Select(Step))
                    + $"<text y=\"{LegendHeight + 12}\">{text(least)}</text>"
                    + $"<text x=\"100%\" y=\"{LegendHeight + 12}\" text-anchor=\"end\">{most}</text>")
            : Drawing(
                id,
                $"all: {most}",
                LegendHeight + 2,
                $"<rect width=\"{LegendHeight}\" height=\"{LegendHeight}\" fill=\"{Colour(least)}\"/>"
                    + $"<text x=\"{LegendHeight + 8}\" y=\"10\">all: {most}</text>");
    }

    private static string Drawing(string id, string label, int height, string content) =>
        $"<svg id=\"{id}\" class=\"legend\" role=\"img\" aria-label=\"Scale: {label}\" height=\"{height}\">"
            + $"{content}</svg>\n";

    // In percent, so that the strip is as wide as its place. A step ends below the next one, which leaves no gaps.
    private string Step(int step) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{100.0 * step / LegendSteps:0.##}%\" "
                + $"width=\"{100.0 * (LegendSteps - step) / LegendSteps:0.##}%\" height=\"{LegendHeight}\" "
                + $"fill=\"{Colour(least + ((greatest - least) * step / (LegendSteps - 1)))}\"/>");

    // From dark blue through green to yellow, like viridis: the steps look even, also to most colour-blind readers.
    private static string ColourOf(double share)
    {
        ReadOnlySpan<(int Red, int Green, int Blue)> stops =
        [
            (68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37),
        ];
        double position = Math.Clamp(share, 0, 1) * (stops.Length - 1);
        int low = Math.Min((int)position, stops.Length - 2);
        double part = position - low;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"#{Mix(stops[low].Red, stops[low + 1].Red):x2}{Mix(stops[low].Green, stops[low + 1].Green):x2}"
                + $"{Mix(stops[low].Blue, stops[low + 1].Blue):x2}");

        int Mix(int from, int to) => (int)Math.Round(from + ((to - from) * part));
    }
}

using System.Globalization;

namespace FastShardMap.Inspector.Html;

/// <summary>
/// Colours on a scale from the lowest value shown to the highest, so that differences are visible. The legend gives
/// both values, so that small differences are not mistaken for large ones.
/// </summary>
internal sealed class HeatScale(double least, double greatest)
{
    private const int LegendSteps = 24;
    private const int LegendStepPixels = 10;
    private const int LegendHeight = 12;

    /// <summary>Room for the text on both sides.</summary>
    private const int LegendTextPixels = 220;

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

    /// <summary>A strip from the lowest value to the highest, with both values as text.</summary>
    public string Legend(string id, Func<double, string> text)
    {
        IEnumerable<string> steps = Enumerable.Range(0, greatest > least ? LegendSteps : 1).Select(
            step => string.Create(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{LegendTextPixels + (step * LegendStepPixels)}\" y=\"0\" width=\"{LegendStepPixels}\" "
                    + $"height=\"{LegendHeight}\" "
                    + $"fill=\"{Colour(least + ((greatest - least) * step / (LegendSteps - 1)))}\"/>"));
        int end = LegendTextPixels + ((greatest > least ? LegendSteps : 1) * LegendStepPixels);
        string from = greatest > least ? text(least) : "all:";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg id=\"{id}\" class=\"legend\" role=\"img\" "
                + $"aria-label=\"Scale: {from} {text(greatest)}\" width=\"{end + LegendTextPixels}\" "
                + $"height=\"{LegendHeight + 2}\"><text x=\"{LegendTextPixels - 8}\" y=\"10\" "
                + $"text-anchor=\"end\">{from}</text>{string.Concat(steps)}<text x=\"{end + 8}\" "
                + $"y=\"10\">{text(greatest)}</text></svg>\n");
    }

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

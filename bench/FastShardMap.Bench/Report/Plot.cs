using System.Globalization;
using System.Text;

namespace FastShardMap.Bench.Report;

/// <summary>
/// A plot as a gnuplot script with its data inside, so that anyone can draw it again from the repository.
/// </summary>
internal abstract class Plot(string name, string title)
{
    /// <summary>Okabe and Ito's colours, which people who see colours differently can tell apart.</summary>
    protected static readonly string[] Colours =
        ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000"];

    /// <summary>The file's name without an ending.</summary>
    public string Name { get; } = name;

    protected string Title { get; } = title;

    public string ToScript()
    {
        StringBuilder script = new();
        script.Append("set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'\n");
        script.Append(CultureInfo.InvariantCulture, $"set output '{Name}.svg'\n");
        script.Append(CultureInfo.InvariantCulture, $"set title {Quote(Title)} noenhanced\n");
        script.Append("set grid\nset encoding utf8\nset key below\n");
        AppendBody(script);
        return script.ToString();
    }

    protected abstract void AppendBody(StringBuilder script);

    /// <summary>A string for gnuplot: in double quotes, without its markup for sub- and superscripts.</summary>
    protected static string Quote(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("_", "\\\\_", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + '"';

    protected static string Number(double value) => value.ToString("G7", CultureInfo.InvariantCulture);
}

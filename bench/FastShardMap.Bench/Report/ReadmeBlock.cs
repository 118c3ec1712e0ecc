using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Report;

/// <summary>The part of README that this program writes: the main table and two plots, between two marks.</summary>
internal static class ReadmeBlock
{
    public const string Begin = "<!-- bench report: begin -->";
    public const string End = "<!-- bench report: end -->";

    public static string Create(CompareReport report, MachineInfo machine, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(machine);
        return
            $"{report.FigureTable()}\n" +
            $"{machine.Summary}, commit {machine.Commit}; everything in [{folder}]({folder}).\n\n" +
            $"![Independent hits by size]({folder}/time-by-size.svg)\n\n" +
            $"![Longest operation while growing]({folder}/growth-pauses.svg)\n";
    }

    public static string Replace(string readme, string block)
    {
        ArgumentNullException.ThrowIfNull(readme);
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        int end = readme.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? string.Concat(readme.AsSpan(0, begin + Begin.Length), "\n", block, readme.AsSpan(end))
            : throw new FormatException($"README has no place for the report: the lines '{Begin}' and '{End}'.");
    }
}

using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Report;

/// <summary>The part of README that this program writes: a few rows of the main table, where all are, and a plot,
/// between two marks.</summary>
internal static class ReadmeBlock
{
    public const string Begin = "<!-- bench report: begin -->";
    public const string End = "<!-- bench report: end -->";

    /// <summary>The rows that README shows: one of each kind of work, also one that is hardly faster.</summary>
    public static readonly IReadOnlyList<string> Works =
    [
        "independent hits, 1 K",
        "independent hits, 10 M",
        "longest single insert, growing to 5 M",
        "full blocking GC with 10 M entries",
        "bytes per entry, 10 M reserved (resident set)",
    ];

    public static string Create(CompareReport report, MachineInfo machine, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(machine);
        return
            $"{report.ShortTable(Works)}\n" +
            $"{machine.Summary}, commit {machine.Commit}; [all rows]({folder}/compare.md), " +
            $"[all results]({folder}).\n\n" +
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

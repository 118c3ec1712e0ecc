using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Near;

/// <summary>Shows what a near map saves.</summary>
internal sealed class NearReport(IReadOnlyList<NearFigure> figures, MachineInfo machine) : IReport
{
    private const string Legend =
        "Engine and maps are in one process on one machine, so a round trip is as short as it can be. Ratios are "
        + "paired.";

    private static readonly string[] Header = ["row", "what", "figures", "target", "verdict"];

    public void Print(Terminal terminal)
    {
        terminal.WriteLine($"{machine.Summary}, commit {machine.Commit}.");
        terminal.WriteTable(Header, Rows(), isNamed: true);
        terminal.WriteLine(Legend);
    }

    public string ToMarkdown() =>
        $"{machine.Summary}, commit {machine.Commit}.\n\n{MarkdownTable.Of(Header, Rows())}\n{Legend}\n";

    private IEnumerable<string[]> Rows() =>
        from figure in figures
        select new[]
        {
            figure.Id,
            figure.Work,
            figure.Shown,
            string.Join("; ", figure.Judgements.Select(one => $"{one.Target.Text}: {one.Shown}")),
            figure.Judgements.Count == 0 ? "" : figure.Judgements.All(one => one.IsMet) ? "met" : "short",
        };
}

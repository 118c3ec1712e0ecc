namespace FastShardMap.Bench.Reporting;

/// <summary>Rows of figures with their targets.</summary>
internal sealed class FigureReport(IReadOnlyList<FigureRow> rows, MachineInfo machine, string legend) : IReport
{
    private static readonly string[] Header = ["row", "what", "figures", "target", "verdict"];

    public void Print(Terminal terminal)
    {
        terminal.WriteLine($"{machine.Summary}, commit {machine.Commit}.");
        terminal.WriteTable(Header, Cells(), isNamed: true);
        terminal.WriteLine(legend);
    }

    public string ToMarkdown() =>
        $"{machine.Summary}, commit {machine.Commit}.\n\n{MarkdownTable.Of(Header, Cells())}\n{legend}\n";

    private IEnumerable<string[]> Cells() =>
        from row in rows
        select new[]
        {
            row.Id,
            row.Work,
            row.Shown,
            string.Join("; ", row.Judgements.Select(static one => $"{one.Target.Text}: {one.Shown}")),
            row.Judgements.Count == 0 ? "" : row.Judgements.All(static one => one.IsMet) ? "met" : "short",
        };
}

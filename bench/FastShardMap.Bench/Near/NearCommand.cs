using System.CommandLine;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Near;

/// <summary><c>near</c>: what a near copy saves, how soon copies disappear, whether any is staler than it may be,
/// and what moves of slots cost.</summary>
internal static class NearCommand
{
    private const string Legend =
        "Engine and maps are in one process on one machine, so a round trip is as short as it can be. Ratios are "
        + "paired.";

    public static Command Create()
    {
        Option<string?> engine = new("--engine")
        {
            Description = "The connection string of a server to use; an embedded Garnet unless given.",
        };
        Option<int> reads = CommandOptions.Number(
            "--reads", "Reads in the storm of reads and writes; 0 for 10,000,000, or 1,000,000 with --quick.",
            0, 0, int.MaxValue);
        Option<bool> moves = CommandOptions.Switch("--moves", "Only what moves of slots cost.");
        Option<bool> nodes = CommandOptions.Switch("--nodes", "Only reads from several servers.");
        Option<bool> storm = CommandOptions.Switch("--storm", "Only whether any read is staler than it may be.");
        Option<bool> quick = CommandOptions.Quick();
        Option<bool> check = CommandOptions.Check();
        Option<string?> markdown = CommandOptions.Markdown();
        Command command = new("near", "Measures the near map: hits, batches, invalidations, staleness, moves.")
        {
            engine, reads, moves, nodes, storm, quick, check, markdown,
        };
        command.SetAction(parsed => CommandRun.Guarded("near", terminal =>
        {
            NearOptions options = new(
                parsed.GetValue(engine),
                parsed.GetValue(reads),
                parsed.GetValue(moves),
                parsed.GetValue(nodes),
                parsed.GetValue(storm),
                parsed.GetValue(quick));
            List<FigureRow> figures = new NearSession(options, terminal.Announce).RunAsync().GetAwaiter().GetResult();
            CommandRun.Show(new FigureReport(figures, MachineInfo.Read(), Legend), terminal, parsed.GetValue(markdown));
            return parsed.GetValue(check)
                ? TargetCheck.Report(
                    "near",
                    AllTargets.Near.Shortfalls(
                        figures.SelectMany(figure => figure.Judgements),
                        row => options switch
                        {
                            { OnlyMoves: true } => NearReshard.Rows.Contains(row),
                            { OnlyNodes: true } => NearNodes.Rows.Contains(row),
                            { OnlyStorm: true } => NearStorm.Rows.Contains(row),
                            _ => true,
                        }),
                    Console.Error)
                : CommandRun.Done;
        }));
        return command;
    }
}

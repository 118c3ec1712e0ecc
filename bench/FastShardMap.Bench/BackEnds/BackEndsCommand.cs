using System.CommandLine;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.BackEnds;

/// <summary>
/// <c>backends</c>: the strategies of synchronisation side by side, and what the features on top cost.
/// </summary>
internal static class BackEndsCommand
{
    public static Command Create()
    {
        Option<string[]> parts = CommandOptions.Choices(
            "--parts", "Parts to measure.", BackEndsOptions.AllParts, BackEndsOptions.AllParts);
        Option<int[]> reads = CommandOptions.Numbers("--reads", "Shares of reads, in percent (95 50).", 0, 100);
        Option<int[]> callers = CommandOptions.Numbers(
            "--callers", "Numbers of tasks that call at once (2 10 100 1000 10000).", 1, 100_000);
        Option<int[]> shards = CommandOptions.Numbers(
            "--shards", "Numbers of shards; 0 for the default (1 16 64 0).", 0, ShardMapOptions.MaxShardCount);
        Option<int> pairs = CommandOptions.Number("--pairs", "Pairs in each back end.", 100_000, 1, 100_000_000);
        Option<int> large = CommandOptions.Number(
            "--large", "Pairs of the map that is snapshotted, saved and audited.", 1_000_000, 1, 100_000_000);
        Option<int> milliseconds = CommandOptions.Number(
            "--milliseconds", "Length of each leg, throughput and latency.", 150, 1, 3_600_000);
        Option<int> repetitions = CommandOptions.Number(
            "--repetitions", "Repetitions; 0 for the usual 3, or 2 if quick.", 0, 0, 1000);
        Option<bool> quick = CommandOptions.Quick("2, 100 and 10,000 callers; 1 shard and the default.");
        Option<string?> markdown = CommandOptions.Markdown();
        Command command = new("backends", "Compares the strategies of synchronisation; snapshots, saving, audit.")
        {
            parts, reads, callers, shards, pairs, large, milliseconds, repetitions, quick, markdown,
        };
        command.SetAction(parsed =>
        {
            BackEndsOptions usual = parsed.GetValue(quick) ? BackEndsOptions.Quick : new BackEndsOptions();
            BackEndsOptions options = usual with
            {
                Parts = parsed.GetValue(parts)!,
                ReadPercents = Given(parsed.GetValue(reads)) ?? usual.ReadPercents,
                Callers = Given(parsed.GetValue(callers)) ?? usual.Callers,
                Shards = Given(parsed.GetValue(shards)) ?? usual.Shards,
                Pairs = parsed.GetValue(pairs),
                LargePairs = parsed.GetValue(large),
                Duration = TimeSpan.FromMilliseconds(parsed.GetValue(milliseconds)),
                Repetitions = parsed.GetValue(repetitions) is int given and > 0 ? given : usual.Repetitions,
            };
            return CommandRun.Guarded("backends", terminal => Run(terminal, options, parsed.GetValue(markdown)));
        });
        return command;
    }

    private static int[]? Given(int[]? numbers) => numbers is { Length: > 0 } ? numbers : null;

    private static int Run(Terminal terminal, BackEndsOptions options, string? markdownPath)
    {
        List<BackEndResult> results =
            options.Parts.Contains("backends") ? new BackEndSession(options, terminal.Announce).Run() : [];
        List<FeatureRow> features = FeatureSession.Run(options, terminal.Announce);
        CommandRun.Show(new BackEndsReport(results, features, MachineInfo.Read()), terminal, markdownPath);
        return CommandRun.Done;
    }
}

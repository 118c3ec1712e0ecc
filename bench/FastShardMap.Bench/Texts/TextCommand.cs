using System.CommandLine;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Texts;

/// <summary><c>text</c>: maps with text keys beside maps with strings as keys.</summary>
internal static class TextCommand
{
    private const string Legend =
        "x CD: how many times as fast as ConcurrentDictionary<string, long>, in pairs of neighbouring runs. Strings to "
        + "be looked up are not those in the map. UTF-8 keys must become strings first in ConcurrentDictionary.";

    public static Command Create()
    {
        Option<bool> quick = CommandOptions.Quick("Without the largest size, and with fewer repetitions.");
        Option<int> shrink = CommandOptions.Shrink();
        Option<bool> check = CommandOptions.Check();
        Option<string?> markdown = CommandOptions.Markdown();
        Command command = new("text", "Measures maps with text keys: lookups, growth, memory, collections.")
        {
            quick, shrink, check, markdown,
        };
        command.SetAction(parsed => CommandRun.Guarded("text", terminal =>
        {
            TextOptions options = new(parsed.GetValue(quick), parsed.GetValue(shrink));
            List<FigureRow> rows = new TextSession(options, terminal.Announce).Run();
            CommandRun.Show(
                new FigureReport(rows, MachineInfo.Read(), Legend), terminal, parsed.GetValue(markdown));
            return parsed.GetValue(check)
                ? TargetCheck.Report(
                    "text",
                    AllTargets.Text.Shortfalls(
                        rows.SelectMany(static row => row.Judgements), row => options.Measures(row)),
                    Console.Error)
                : CommandRun.Done;
        }));
        return command;
    }
}

using System.CommandLine;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// <c>compare</c>: every figure the map is to reach, beside ConcurrentDictionary and the floor, in one run.
/// </summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<bool> quick = CommandOptions.Quick();
        Option<int> repetitions = CommandOptions.Number(
            "--repetitions", "Repetitions; 0 for the default.", defaultValue: 0, least: 0, most: 1000);
        Option<string[]> filter = new("--filter")
        {
            Description = "Measure only rows whose short names contain one of these, such as hit-1k, 10m or churn.",
            AllowMultipleArgumentsPerToken = true,
        };
        filter.Validators.Add(static result =>
        {
            foreach (string part in result.Tokens.Select(token => token.Value))
            {
                if (!CompareSession.Rows.Any(row => row.Contains(part, StringComparison.OrdinalIgnoreCase)))
                {
                    result.AddError($"--filter: no row's name contains '{part}'.");
                }
            }
        });
        Option<string?> json = CommandOptions.File("--json", "Also write the numbers to this file.");
        Option<string?> markdown = CommandOptions.Markdown();
        Option<bool> check = CommandOptions.Check("--strict");
        Option<int> shrink = CommandOptions.Shrink();
        Command command = new(
            "compare",
            "Measures every figure to reach, beside ConcurrentDictionary and what memory allows.")
        {
            quick, repetitions, filter, json, markdown, check, shrink,
        };
        command.SetAction(parsed =>
        {
            bool isQuick = parsed.GetValue(quick);
            int count = parsed.GetValue(repetitions);
            int usual = isQuick ? CompareOptions.QuickRepetitions : CompareOptions.DefaultRepetitions;
            CompareOptions options = new()
            {
                Quick = isQuick,
                Repetitions = count == 0 ? usual : count,
                Filters = parsed.GetValue(filter) ?? [],
                JsonPath = parsed.GetValue(json),
                MarkdownPath = parsed.GetValue(markdown),
                ShrinkFactor = parsed.GetValue(shrink),
            };
            return CommandRun.Guarded("compare", terminal => Run(terminal, options, parsed.GetValue(check)));
        });
        return command;
    }

    private static int Run(Terminal terminal, CompareOptions options, bool isChecked)
    {
        MachineInfo machine = MachineInfo.Read();
        terminal.WriteLine(machine.Summary);
        CompareResults results = new CompareSession(options, terminal.Announce).Run();
        CommandRun.Show(new CompareReport(results, machine, options), terminal, options.MarkdownPath);
        if (options.JsonPath is { } jsonPath)
        {
            File.WriteAllText(jsonPath, CompareJson.Write(results, machine, options));
        }

        IEnumerable<Judgement> shortfalls = AllTargets.Compare.Shortfalls(results.Judgements, options.Wants);
        return isChecked ? TargetCheck.Report("compare", shortfalls, Console.Error) : CommandRun.Done;
    }
}

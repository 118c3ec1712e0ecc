using System.CommandLine;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using Ours = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryMap<ulong, ulong>;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// <c>compare</c>: every figure the map is to reach, beside ConcurrentDictionary and the floor, in one run.
/// </summary>
internal static class CompareCommand
{
    private const int Measured = 0;
    private const int Failed = 1;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer operations and repetitions." };
        Option<int> repetitions = CommandOptions.Number(
            "--repetitions", "Repetitions; 0 for the default.", defaultValue: 0, least: 0, most: 1000);
        var filter = new Option<string[]>("--filter")
        {
            Description = "Measure only rows whose short names contain one of these, such as hit-1k, 10m or churn.",
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<string?>("--json") { Description = "Also write the numbers to this file." };
        var markdown = new Option<string?>("--markdown") { Description = "Also write the tables to this file." };
        var strict = new Option<bool>("--strict") { Description = "End with exit code 1 if a target is missed." };
        Option<int> shrink = CommandOptions.Number(
            "--shrink", "Divide all sizes by this: to try the command out.", defaultValue: 1, least: 1, most: 10_000);

        var command = new Command(
            "compare",
            "Measures every figure to reach, beside ConcurrentDictionary and what memory allows.")
        {
            quick, repetitions, filter, json, markdown, strict, shrink,
        };
        command.SetAction(parsed =>
        {
            bool isQuick = parsed.GetValue(quick);
            int count = parsed.GetValue(repetitions);
            int usual = isQuick ? CompareOptions.QuickRepetitions : CompareOptions.DefaultRepetitions;
            var options = new CompareOptions
            {
                Quick = isQuick,
                Repetitions = count == 0 ? usual : count,
                Filters = parsed.GetValue(filter) ?? [],
                JsonPath = parsed.GetValue(json),
                MarkdownPath = parsed.GetValue(markdown),
                ShrinkFactor = parsed.GetValue(shrink),
            };
            return Run(options, parsed.GetValue(strict));
        });
        return command;
    }

    private static int Run(CompareOptions options, bool isStrict)
    {
        Terminal terminal = Terminal.Create();
        MachineInfo machine = MachineInfo.Read();
        terminal.WriteLine($"{machine.Cpu}, {machine.Cores} core(s), {machine.Isa}, {machine.Runtime}, {machine.Date}");
        CompareResults results;
        try
        {
            results = new CompareSession<Ours, Theirs>(options, terminal.Announce).Run();
        }
        catch (AnswersDifferException exception)
        {
            Console.Error.WriteLine($"compare: {exception.Message}");
            return Failed;
        }

        var report = new CompareReport(results, machine, options);
        report.Print(terminal);
        if (options.JsonPath is { } jsonPath)
        {
            File.WriteAllText(jsonPath, CompareJson.Write(results, machine, options));
        }

        if (options.MarkdownPath is { } markdownPath)
        {
            File.WriteAllText(markdownPath, report.ToMarkdown());
        }

        return isStrict && results.TargetsMet < results.Targets.Count() ? Failed : Measured;
    }
}

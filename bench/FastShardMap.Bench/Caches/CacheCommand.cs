using System.CommandLine;
using FastShardMap.Bench.Report;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Caches;

/// <summary><c>cache</c>: hit ratios, times and memory of caches.</summary>
internal static class CacheCommand
{
    private static readonly string[] s_targetHeader = ["row", "measured", "target", "verdict"];

    public static Command Create()
    {
        Option<bool> quick = CommandOptions.Quick("Three repetitions, and a tenth of the keys and requests.");
        Option<string[]> parts =
            CommandOptions.Choices("--parts", "What to measure.", CacheOptions.AllParts, CacheOptions.DefaultParts);
        Option<string[]> traces = new("--trace")
        {
            Description = "Trace files to replay instead of the generated traces; they may be compressed (.gz).",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<TraceFormat> format = new("--format")
        {
            Description = "The format of the trace files: Plain, Csv and OracleGeneral as libCacheSim has them, "
                + "Lirs and Arc as Caffeine's simulator has them. Guess goes by the name of the file.",
        };
        Option<int> requests = CommandOptions.Number(
            "--requests", "Most requests of a trace file.", int.MaxValue, least: 1, most: int.MaxValue);
        Option<int> churn = CommandOptions.Number(
            "--churn", "Operations of the part churn.", new CacheOptions().ChurnOperations, least: 1, int.MaxValue);
        Option<string?> markdown = CommandOptions.Markdown();
        Option<string?> plots =
            CommandOptions.Folder("--plots", "Also write plots of the hit ratios to this folder.");
        Option<bool> check = CommandOptions.Check();
        Option<int> shrink = CommandOptions.Shrink();
        Command command = new(
            "cache", "Measures ShardCache beside BitFaster.Caching, MemoryCache, exact LRU and exact S3-FIFO.")
        {
            quick, parts, traces, format, requests, churn, markdown, plots, check, shrink,
        };
        command.SetAction(parsed =>
        {
            bool isQuick = parsed.GetValue(quick);
            CacheOptions options = new()
            {
                Repetitions = isQuick ? CacheOptions.QuickRepetitions : CacheOptions.DefaultRepetitions,
                Parts = parsed.GetValue(parts)!,
                TraceFiles = parsed.GetValue(traces) ?? [],
                Format = parsed.GetValue(format),
                MostRequests = parsed.GetValue(requests),
                ChurnOperations = parsed.GetValue(churn),
                ShrinkFactor = parsed.GetValue(shrink) * (isQuick ? 10 : 1),
            };
            return CommandRun.Guarded("cache", terminal => Run(
                terminal, options, parsed.GetValue(markdown), parsed.GetValue(plots), parsed.GetValue(check)));
        });
        return command;
    }

    private static int Run(
        Terminal terminal, CacheOptions options, string? markdown, string? plots, bool isChecked)
    {
        List<Trace> traces;
        try
        {
            traces = options.Parts.Contains(CacheOptions.HitRatios) ? ReadTraces(options) : [];
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException
            or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine($"cache: {exception.Message}");
            return CommandRun.BadInput;
        }

        MachineInfo machine = MachineInfo.Read();
        terminal.WriteLine(machine.Summary);
        CacheResults results = new(
            new HitRatioSession(traces, terminal.Announce).Run(),
            options.Parts.Contains(CacheOptions.Timings) ? new CacheTimings(options, terminal.Announce).Run() : [],
            options.Parts.Contains(CacheOptions.Memory) ? new CacheMemory(options, terminal.Announce).Run() : [],
            options.Parts.Contains(CacheOptions.Churn) ? new CacheChurn(options, terminal.Announce).Run() : null);
        CommandRun.Show(new CacheReport(results, machine), terminal, markdown);
        if (plots is not null && !Plotter.WriteAll(plots, CachePlots.Of(results)))
        {
            terminal.WriteLine(Plotter.Missing);
        }

        if (!isChecked)
        {
            return CommandRun.Done;
        }

        Func<string, bool> isWanted = row => CacheResults.IsWanted(options, row);
        Judgement[] judged = [.. results.Judge()];
        terminal.WriteTable(s_targetHeader, Rows(AllTargets.Cache.Complete(judged, isWanted)), isNamed: true);
        return TargetCheck.Report("cache", AllTargets.Cache.Shortfalls(judged, isWanted), Console.Error);
    }

    private static IEnumerable<string[]> Rows(IEnumerable<Judgement> judged) => judged.Select(static one =>
        (string[])[one.Row, one.Shown, one.Target.Text, one.IsMet ? "met" : "falls short"]);

    private static List<Trace> ReadTraces(CacheOptions options) =>
        options.TraceFiles.Count == 0
            ? [.. GeneratedTraces.Names.Select(name => GeneratedTraces.Create(name, options.ShrinkFactor))]
            : [.. options.TraceFiles.Select(path => TraceReader.Read(path, options.Format, options.MostRequests))];
}

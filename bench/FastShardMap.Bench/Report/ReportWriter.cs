using System.Text;
using FastShardMap.Bench.BackEnds;
using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Memory;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Report;

/// <summary>
/// Measures everything a report shows and writes its folder: tables, plots, and where they come from.
/// </summary>
internal sealed class ReportWriter
{
    private static readonly string[] DriveMaps = [Peers.Ours, Peers.Theirs, "striped", "rwlock", "lock"];

    private readonly ReportOptions _options;
    private readonly Action<string> _announce;
    private readonly MachineInfo _machine = MachineInfo.Read();
    private readonly Plotter _plotter;
    private readonly ReportPlots _plots;
    private readonly List<string> _written = [];

    public ReportWriter(ReportOptions options, Action<string> announce)
    {
        _options = options;
        _announce = announce;
        Folder = Path.Combine(options.ResultsFolder, _machine.Slug());
        Directory.CreateDirectory(Folder);
        _plotter = new Plotter(Folder);
        _plots = new ReportPlots(_machine);
    }

    public string Folder { get; }

    /// <summary>Measures and writes all parts; returns the files written, without the folder.</summary>
    public IReadOnlyList<string> Write()
    {
        WriteText("versions.txt", Versions());
        foreach (string part in _options.Parts)
        {
            switch (part)
            {
                case "compare":
                    WriteCompare();
                    break;
                case "drive":
                    WriteDrive();
                    break;
                case "backends":
                    WriteBackEnds();
                    break;
                case "growth":
                    WriteGrowth();
                    break;
                case "memory":
                    WriteMemory();
                    break;
                default:
                    throw new InvalidOperationException($"A report has no part '{part}'.");
            }
        }

        return _written;
    }

    private void WriteCompare()
    {
        CompareOptions options = new()
        {
            Quick = _options.Quick,
            Repetitions = _options.Quick ? CompareOptions.QuickRepetitions : CompareOptions.DefaultRepetitions,
            ShrinkFactor = _options.ShrinkFactor,
            WithMoreSizes = true,
        };
        CompareResults results = new CompareSession(options, _announce).Run();
        CompareReport report = new(results, _machine, options);
        WriteText("compare.md", $"# Beside ConcurrentDictionary and the floor\n\n{report.ToMarkdown()}");
        WriteText("compare.json", CompareJson.Write(results, _machine, options));
        Draw(_plots.TimeBySize(results, "hit", "time-by-size", "Independent hits"));
        Draw(_plots.TimeBySize(results, "dep", "latency-by-size", "Dependent hits (latency)"));
        if (_options.ReadmePath is { } readme)
        {
            string folder = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(readme))!, Folder);
            string block = ReadmeBlock.Create(report, _machine, folder.Replace('\\', '/'));
            File.WriteAllText(readme, ReadmeBlock.Replace(File.ReadAllText(readme), block));
        }
    }

    private void WriteDrive()
    {
        int cores = Environment.ProcessorCount;
        DriveOptions options = new()
        {
            Maps = DriveMaps,
            Mixes = [.. Mix.All.Select(mix => mix.Name)],
            Distributions = [KeyDistribution.Uniform, KeyDistribution.Zipfian],
            Threads = _options.Quick ? [.. new[] { 1, cores, 2 * cores }.Distinct()] : [.. PowersUpTo(2 * cores)],
            Pairs = _options.Scaled(1_000_000),
            Duration = TimeSpan.FromMilliseconds(_options.Quick ? 100 : 500),
            WarmUp = TimeSpan.FromMilliseconds(_options.Quick ? 150 : 400),
            Repetitions = _options.Quick ? 2 : 5,
        };
        List<DriveResult> results = new DriveSession(options, _announce).Run();
        WriteText(
            "drive.md",
            $"# Mixed operations, {Units.Count(options.Pairs)} pairs\n\n{Facts()}\n" +
            DriveReport.ToMarkdown(results));
        Draw(_plots.ThroughputByThreads(results, "A", KeyDistribution.Uniform));
        Draw(_plots.ThroughputByThreads(results, "B", KeyDistribution.Zipfian));
        Draw(_plots.LatencyCurves(results, "A", KeyDistribution.Zipfian, cores));
        Draw(_plots.LatencyCurves(results, "churn", "window", cores));
    }

    private void WriteBackEnds()
    {
        BackEndsOptions usual = _options.Quick ? BackEndsOptions.Quick : new BackEndsOptions();
        BackEndsOptions options = usual with
        {
            Pairs = _options.Scaled(usual.Pairs),
            LargePairs = _options.Scaled(usual.LargePairs),
        };
        List<BackEndResult> results = new BackEndSession(options, _announce).Run();
        BackEndsReport report = new(results, FeatureSession.Run(options, _announce), _machine);
        WriteText("backends.md", $"# Back ends, snapshots, saving, audit\n\n{report.ToMarkdown()}");
    }

    private void WriteGrowth()
    {
        List<GrowthResult> results = new();
        LatencyHistogram gaps = new();
        ReadOnlySpan<(bool, bool)> settings = [(false, false), (true, false), (false, true)];
        foreach ((bool background, bool huge) in settings)
        {
            bool isPlain = !background && !huge;
            GrowthOptions options = new()
            {
                // Only our map knows these settings, so the others run once, without.
                Maps = isPlain ? [Peers.Ours, Peers.Theirs, "striped"] : [Peers.Ours],
                Pairs = _options.Scaled(5_000_000),
                Repetitions = _options.Quick ? 1 : 3,
                Background = background,
                HugePages = huge,
            };
            GrowthSession session = new(options, _announce);
            results.AddRange(session.Run());
            if (isPlain)
            {
                gaps = session.MachineGaps(TimeSpan.FromSeconds(2));
            }
        }

        WriteText(
            "growth.md",
            $"# Growing from empty to {Units.Count(_options.Scaled(5_000_000))} pairs, every insert timed\n\n" +
            $"{Facts()}\n" +
            DriveReport.ToMarkdown(results, gaps));
        Draw(_plots.LongestPauses(results, gaps));
        Draw(_plots.GrowthCurves(results, gaps));
    }

    private void WriteMemory()
    {
        int[] sizes = _options.Quick ? [100_000, 1_000_000] : [100_000, 1_000_000, 10_000_000];
        List<MemoryReading> readings = MemoryCommand.Measure(
            [.. MemoryProbeCommand.Maps], [.. sizes.Select(_options.Scaled).Distinct()], _announce);
        WriteText("memory.md", $"# Memory and collections\n\n{Facts()}\n{MemoryReport.ToMarkdown(readings)}");
        Draw(_plots.BytesPerPair(readings));
        Draw(_plots.FullCollections(readings));
    }

    private string Versions()
    {
        StringBuilder text = new();
        foreach ((string name, string value) in _machine.Facts())
        {
            text.Append($"{name}: {value}\n");
        }

        if (_options.ShrinkFactor != 1)
        {
            text.Append($"sizes divided by {_options.ShrinkFactor}: proves nothing\n");
        }

        return text.ToString();
    }

    private string Facts() =>
        $"{_machine.Summary}, commit {_machine.Commit}.\n";

    private void WriteText(string name, string text)
    {
        File.WriteAllText(Path.Combine(Folder, name), text);
        _written.Add(name);
    }

    private void Draw(Plot plot)
    {
        bool isDrawn = _plotter.Write(plot);
        _written.Add(isDrawn ? $"{plot.Name}.svg" : $"{plot.Name}.gp");
    }

    private static IEnumerable<int> PowersUpTo(int most)
    {
        for (int threads = 1; threads < most; threads *= 2)
        {
            yield return threads;
        }

        yield return most;
    }
}

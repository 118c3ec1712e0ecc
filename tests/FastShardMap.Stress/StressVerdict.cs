using System.Globalization;
using Spectre.Console;

namespace FastShardMap.Stress;

/// <summary>What came of a run.</summary>
internal sealed class StressVerdict(StressOptions options)
{
    public const int BadArguments = 2;
    private const int Faulty = 1;
    private const int Hung = 3;
    private readonly List<StressResult> _results = [];

    public IReadOnlyList<StressResult> Results => _results;

    /// <summary>0 sound, 1 faults, 3 a hang.</summary>
    public int ExitCode =>
        _results.Exists(static result => result.Hung)
            ? Hung
            : _results.Exists(static result => result.Faults.Count > 0) ? Faulty
            : 0;

    /// <summary>The command that runs the same again; the interleaving is the machine's.</summary>
    public string Replay => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/FastShardMap.Stress -- --duration "
            + $"{options.Duration.TotalSeconds:0.###}s --threads {options.Threads} --test "
            + $"{string.Join(',', ReplayTests)} --seed {options.Seed}");

    private IEnumerable<string> ReplayTests =>
        ExitCode == 0
            ? options.Tests
            : _results
                .Where(static result => result.Hung || result.Faults.Count > 0)
                .Select(static result => result.Name);

    public void Add(StressResult result) => _results.Add(result);

    public void Print()
    {
        Table table = new();
        table.AddColumn("scenario").AddColumn(new TableColumn("operations").RightAligned())
            .AddColumn(new TableColumn("seconds").RightAligned()).AddColumn("verdict");
        foreach (StressResult result in _results)
        {
            table.AddRow(
                result.Name,
                result.Operations.ToString("N0", CultureInfo.InvariantCulture),
                result.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                result.Hung ? "[red]hung[/]" : result.Faults.Count > 0 ? "[red]faults[/]" : "[green]sound[/]");
        }

        AnsiConsole.Write(table);
        foreach (IGrouping<string, (string Name, Exception Fault)> group in _results
            .SelectMany(static result => result.Faults.Select(fault => (result.Name, Fault: fault)))
            .GroupBy(static pair => $"{pair.Name}: {pair.Fault.GetType().Name}", StringComparer.Ordinal))
        {
            Console.WriteLine($"{group.Count()} × {group.Key}");
            Console.WriteLine(group.First().Fault);
        }

        Console.WriteLine($"{GC.CollectionCount(0)} garbage collections");
        Console.WriteLine($"Replay: {Replay}");
        Console.WriteLine(ExitCode switch
        {
            0 => "Verdict: sound.",
            Hung => "Verdict: a thread made no progress.",
            _ => "Verdict: faults.",
        });
    }
}

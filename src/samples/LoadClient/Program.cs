using System.Globalization;
using LoadClient;
using Spectre.Console;

// Measures the latency of requests to the session service while its store grows: with ShardMap, and with
// ConcurrentDictionary beside it.
LoadOptions options;
try
{
    options = LoadOptions.Parse(args);
}
catch (ArgumentException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

string[] stores = ["ShardMap", "ConcurrentDictionary"];
List<GrowthRun> runs = [];
Console.WriteLine(
    $"{options.Rounds} rounds: {options.Rate} requests per second while a service adds {options.Sessions} sessions");
for (int round = 0; round < options.Rounds; round++)
{
    // In turn, and each store first in every second round, so that a slow minute of the machine meets both.
    foreach (string store in round % 2 == 0 ? stores : stores.Reverse())
    {
        runs.Add(await GrowthRun.MeasureAsync(store, options));
    }
}

Table table = new Table().Border(TableBorder.Markdown).AddColumn("HTTP requests, median of the rounds (min .. max)");
foreach (string store in stores)
{
    table.AddColumn(store, column => column.RightAligned());
}

Row("p50, ms", run => run.Latency.P50);
Row("p99, ms", run => run.Latency.P99);
Row("p99.9, ms", run => run.Latency.P999);
Row("longest, ms", run => run.Latency.Max);
Row("requests", run => run.Latency.Count);
Row("time of growth, s", run => run.Growth.TotalSeconds);
Row("of that, in pauses of the collector, s", run => run.GcPauseSeconds);
Row("full collections", run => run.FullCollections);
Row("working set at the end, MiB", run => run.WorkingSet / 1024.0 / 1024.0);
AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 120);
AnsiConsole.Write(table);
if (options.Plot is not null)
{
    await File.WriteAllTextAsync(options.Plot, LatencyPlot.Draw([.. stores.Select(MedianRun)]));
}

return 0;

// The round whose p99.9 is the store's median.
GrowthRun MedianRun(string store)
{
    GrowthRun[] sorted = [.. runs.Where(run => run.Store == store).OrderBy(static run => run.Latency.P999)];
    return sorted[sorted.Length / 2];
}

void Row(string title, Func<GrowthRun, double> value)
{
    List<string> cells = [title];
    foreach (string store in stores)
    {
        double[] sorted = [.. runs.Where(run => run.Store == store).Select(value).Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        cells.Add($"{Text(median)} ({Text(sorted[0])} .. {Text(sorted[^1])})");
    }

    table.AddRow([.. cells.Select(Markup.Escape)]);
}

static string Text(double value) => value.ToString(
    value switch { >= 1000 => "N0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

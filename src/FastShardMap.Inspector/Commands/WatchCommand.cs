using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap watch</c>: how the maps of a process change, while it runs.</summary>
internal static class WatchCommand
{
    /// <summary>Moves to the first line, and clears the rest of the screen.</summary>
    private const string ClearScreen = "\u001b[H\u001b[J";

    /// <summary>All memory is searched for new maps only so often, because that reads all of it.</summary>
    private static readonly TimeSpan s_searchInterval = TimeSpan.FromSeconds(10);

    public static int Run(
        int processId, string? wanted, TimeSpan interval, int? count, bool json, bool isTerminal, Output output)
    {
        if (!ProcessState.IsAlive(processId))
        {
            throw new InspectionException($"There is no process {processId}.");
        }

        using LiveMemory memory = LiveMemory.TryOpen(processId) ?? throw new InspectionException(
            OperatingSystem.IsLinux()
                ? $"The memory of process {processId} cannot be read; that needs the right to debug it."
                : "fsmap watch reads running processes on Linux only. Use fsmap list instead.");
        List<FoundMap> maps = MapSample.Find(memory);
        Stopwatch sinceSearch = Stopwatch.StartNew();
        Stopwatch clock = Stopwatch.StartNew();
        Dictionary<ulong, MapSample> before = [];
        for (int turn = 0; count is null || turn < count; turn++)
        {
            if (turn > 0)
            {
                if (ProcessState.EndsWithin(processId, interval))
                {
                    throw Target.EndedException(processId);
                }

                maps = sinceSearch.Elapsed < s_searchInterval ? Again(memory, maps) : MapSample.Find(memory);
                if (sinceSearch.Elapsed >= s_searchInterval)
                {
                    sinceSearch.Restart();
                }
            }

            TimeSpan elapsed = clock.Elapsed;
            clock.Restart();
            List<FoundMap> chosen = wanted is null
                ? maps
                : [MapCatalog.Choose(maps, wanted, $"process {processId}")];
            List<MapSample> samples =
            [
                .. chosen.Select(map => MapSample.Of(map, before.GetValueOrDefault(map.Header), elapsed)),
            ];
            if (!ProcessState.IsAlive(processId))
            {
                throw Target.EndedException(processId);
            }

            before = samples.ToDictionary(static sample => sample.Address);
            Write(processId, samples, json, isTerminal, output);
        }

        return ExitCode.Ok;
    }

    internal static void Print(IEnumerable<MapSample> samples, Output output)
    {
        TableView table = new(
            Column.Text("name", value: null, leastCells: 12),
            Column.Text("type", value: 4, leastCells: 16),
            Column.Text("state", value: 8),
            Column.Number("entries", value: 9),
            Column.Number("+/s", value: 9),
            Column.Number("load", value: 5),
            Column.Number("bytes", value: 6),
            Column.Number("waits/s", value: 7),
            Column.Number("fallbacks/s", value: 3),
            Column.Number("migrations/s", value: 2));
        foreach (MapSample sample in samples)
        {
            table.Add(
                sample.Name.Length > 0 ? Printable.Name(sample.Name) : Output.Address(sample.Address),
                Printable.Name(sample.Type),
                sample.State,
                Output.Number(sample.Entries),
                Rate(sample.EntriesPerSecond),
                Output.Percent(sample.Load),
                Output.Number(sample.NativeBytes),
                Rate(sample.LockWaitsPerSecond),
                Rate(sample.ReadFallbacksPerSecond),
                Rate(sample.MigrationsPerSecond));
        }

        table.Write(output);
    }

    private static void Write(int processId, List<MapSample> samples, bool json, bool isTerminal, Output output)
    {
        DateTime now = DateTime.UtcNow;
        if (json)
        {
            // One object per line, so that a reader need not wait for the end.
            output.Writer.WriteLine(JsonSerializer.Serialize(new { Time = now, Maps = samples }));
            output.Writer.Flush();
            return;
        }

        if (isTerminal)
        {
            output.Writer.Write(ClearScreen);
        }

        output.Line(
            $"process {processId}, {Output.Time(now)}, {Output.Count(samples.Count, "map")}"
                + (isTerminal ? "; Ctrl-C ends" : string.Empty));
        Print(samples, output);
        output.Writer.Flush();
    }

    // The same maps with their headers as they are now.
    private static List<FoundMap> Again(TargetMemory memory, IEnumerable<FoundMap> maps) =>
    [
        .. maps
            .Select(map => map with { Native = NativeMap.TryRead(memory, map.Header, out _) })
            .Where(static map => map.Native is not null),
    ];

    private static string Rate(double? perSecond) => perSecond switch
    {
        null => "–",
        0 => "0",
        { } rate when Math.Abs(rate) < 10 => rate.ToString("0.0", CultureInfo.InvariantCulture),
        { } rate => rate.ToString("N0", CultureInfo.InvariantCulture),
    };
}

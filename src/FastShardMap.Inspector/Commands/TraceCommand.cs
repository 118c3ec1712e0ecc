using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;
using FastShardMap.Inspector.Tracing;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap trace</c>: which thread waited for which.</summary>
internal static class TraceCommand
{
    private const int MaxRows = 20;

    public static int Run(
        string source,
        string? wanted,
        TimeSpan duration,
        string? chromeFile,
        string? traceFile,
        bool json,
        Interruption? interruption,
        Output output)
    {
        // Before the recording, because a wrong name shall not cost its time.
        ulong? map = wanted is null ? null : MapOfProcess(source, wanted);
        LockTrace trace = ReadOrRecord(source, duration, traceFile, interruption);
        List<WaitSegment> segments = WaitSegments.From(trace);
        List<BlockingChain> chains = BlockingChains.From(segments);
        if (chromeFile is not null)
        {
            OutputFile.Write(chromeFile, stream => ChromeTrace.Write(stream, trace, segments));
        }

        if (wanted is not null)
        {
            map ??= MapOfTrace(trace, wanted, source);

            // A chain leads through locks of several maps.
            chains.RemoveAll(chain => chain.Waits.All(hop => hop.Map != map));
            segments.RemoveAll(segment => segment.Map != map);
        }

        if (json)
        {
            output.Json(new
            {
                Seconds = trace.Duration.TotalSeconds,
                Events = EventsOf(trace, map),
                Waits = segments.Select(segment => new
                {
                    segment.Waiter,
                    segment.Owner,
                    Map = HexAddress.Text(segment.Map),
                    segment.Shard,
                    Milliseconds = segment.Duration.TotalMilliseconds,
                    CalledFrom = segment.Stack.CallSite,
                    Stack = segment.Stack.Frames,
                }),
                Chains = chains.Select(chain => new
                {
                    Threads = chain.Waits
                        .Select(hop => trace.ThreadText(hop.Waiter))
                        .Append(trace.ThreadText(chain.Root)),
                    chain.Hops,
                    chain.Count,
                    TotalMilliseconds = chain.Total.TotalMilliseconds,
                    LongestMilliseconds = chain.Longest.TotalMilliseconds,
                }),
                Verdict = Verdict.Of(trace, chains, map),
            });
            return ExitCode.Ok;
        }

        PrintWaits(trace, segments, output, map);
        PrintChains(trace, chains, output);
        output.Line(Verdict.Of(trace, chains, map));
        return ExitCode.Ok;
    }

    private static int EventsOf(LockTrace trace, ulong? map) =>
        trace.Events.Count(step => map is null || step.Map == map);

    // The maps of a process are numbered as in 'list'. Null if the source is a file or the memory may not be read.
    private static ulong? MapOfProcess(string source, string wanted)
    {
        if (Isolation.ProcessIdOf(source) is not { } processId || LiveMemory.TryOpen(processId) is not { } memory)
        {
            return null;
        }

        using (memory)
        {
            return MapCatalog.Choose(MapSample.Find(memory), wanted, $"process {processId}").Header;
        }
    }

    private static ulong MapOfTrace(LockTrace trace, string wanted, string source)
    {
        // A map without a description has events only.
        List<MapCandidate> maps =
        [
            .. trace.Maps.Keys.Union(trace.Events.Select(static step => step.Map)).Select(map => new MapCandidate(
                map,
                Object: 0,
                trace.Maps.GetValueOrDefault(map)?.Name ?? string.Empty,
                () => Printable.Name(trace.Maps.GetValueOrDefault(map)?.Type))),
        ];
        return maps[MapChooser.Choose(maps, wanted, Path.GetFileName(source))].Header;
    }

    private static LockTrace ReadOrRecord(
        string source, TimeSpan duration, string? traceFile, Interruption? interruption)
    {
        if (File.Exists(source) || Directory.Exists(source))
        {
            return TraceReader.Read(source);
        }

        if (Isolation.ProcessIdOf(source) is not { } processId)
        {
            throw new InspectionException($"'{source}' is neither a trace file nor a process id.");
        }

        string file = traceFile ?? Path.Combine(Path.GetTempPath(), $"fsmap-{Guid.NewGuid():N}.nettrace");
        using CancellationTokenSource stop = new();
        interruption?.BeginRecording(stop);
        bool wasAlive = ProcessState.IsAlive(processId);
        try
        {
            TraceRecorder.Record(processId, duration, file, stop.Token);
            interruption?.EndRecording();
            return TraceReader.Read(file);
        }
        catch (InspectionException exception)
            when (exception.ExitCode == ExitCode.Unusable && wasAlive && ProcessState.IsEnding(processId))
        {
            throw Target.EndedException(processId);
        }
        finally
        {
            interruption?.EndRecording();
            if (traceFile is null)
            {
                File.Delete(file);
            }
        }
    }

    internal static void PrintWaits(LockTrace trace, List<WaitSegment> segments, Output output, ulong? map = null)
    {
        string which = map is { } address ? $" of {trace.MapText(address)}" : string.Empty;
        output.Line($"{Output.Count(EventsOf(trace, map), "event")}{which} in {Verdict.Seconds(trace.Duration)}");
        TableView table = new(
            Column.Text("waiter", value: 9, leastCells: 12),
            Column.Text("waited for", value: 8, leastCells: 12),
            Column.Key("lock"),
            Column.Text("called from", value: 6, leastCells: 24) with { KeepsEnd = true },
            Column.Number("waits", value: 2),
            Column.Number("total", value: 7),
            Column.Number("longest", value: 1))
        {
            PrefersBlocks = true,
        };
        List<WaitGroup> rows = segments
            .GroupBy(segment => (segment.Waiter, segment.Owner, segment.Map, segment.Shard))
            .Select(group => new WaitGroup(
                group.Count(),
                TimeSpan.FromTicks(group.Sum(segment => segment.Duration.Ticks)),
                group.MaxBy(segment => segment.Duration)!))
            .OrderByDescending(row => row.Total)
            .ToList();
        foreach (WaitGroup row in rows.Take(MaxRows))
        {
            table.Add(
                trace.ThreadText(row.Longest.Waiter),
                trace.ThreadText(row.Longest.Owner),
                $"shard {row.Longest.Shard} of {trace.MapText(row.Longest.Map)}",
                row.Longest.Stack.CallSite,
                Output.Number(row.Count),
                Verdict.Seconds(row.Total),
                Verdict.Seconds(row.Longest.Duration));
        }

        table.Write(output);
        if (rows.Count > MaxRows)
        {
            output.Line($"({Output.Count(rows.Count - MaxRows, "more pair")}: --json)");
        }
    }

    internal static void PrintChains(LockTrace trace, List<BlockingChain> chains, Output output)
    {
        List<BlockingChain> longer = chains.FindAll(chain => chain.Hops > 1);
        if (longer.Count == 0)
        {
            return;
        }

        TableView table = new(
            Column.Key("chain"),
            Column.Text("locks", value: 9),
            Column.Number("times", value: 1),
            Column.Number("total", value: 3),
            Column.Number("longest", value: 2))
        {
            PrefersBlocks = true,
        };
        foreach (BlockingChain chain in longer.Take(MaxRows))
        {
            table.Add(
                string.Join(
                    " → ",
                    chain.Waits.Select(hop => trace.ThreadText(hop.Waiter)).Append(trace.ThreadText(chain.Root))),
                string.Join(", ", chain.Waits.Select(hop => $"shard {hop.Shard} of {trace.MapText(hop.Map)}")),
                Output.Number(chain.Count),
                Verdict.Seconds(chain.Total),
                Verdict.Seconds(chain.Longest));
        }

        table.Write(output);
    }

    /// <summary>The waits of one thread for one owner of one lock.</summary>
    private sealed record WaitGroup(int Count, TimeSpan Total, WaitSegment Longest);
}

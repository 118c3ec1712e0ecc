using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Tracing;

/// <summary><c>fsmap trace</c>: who waited for whom.</summary>
internal static class TraceCommand
{
    private const int MaxRows = 20;

    public static int Run(string source, TimeSpan duration, string? chromeFile, string? traceFile, bool json, Interruption? interruption, Output output)
    {
        LockTrace trace = ReadOrRecord(source, duration, traceFile, interruption);
        List<WaitSegment> segments = WaitSegments.From(trace);
        List<BlockingChain> chains = BlockingChains.From(segments);
        if (chromeFile is not null)
        {
            OutputFile.Write(chromeFile, stream => ChromeTrace.Write(stream, trace, segments));
        }

        if (json)
        {
            output.Json(new
            {
                Seconds = trace.Duration.TotalSeconds,
                Events = trace.Events.Count,
                Waits = segments.Select(segment => new
                {
                    segment.Waiter,
                    segment.Owner,
                    segment.Map,
                    segment.Shard,
                    Milliseconds = segment.Duration.TotalMilliseconds,
                    CalledFrom = segment.Stack.CallSite,
                    Stack = segment.Stack.Frames,
                }),
                Chains = chains.Select(chain => new
                {
                    Threads = chain.Waits.Select(hop => trace.ThreadText(hop.Waiter)).Append(trace.ThreadText(chain.Root)),
                    chain.Hops,
                    chain.Count,
                    TotalMilliseconds = chain.Total.TotalMilliseconds,
                    LongestMilliseconds = chain.Longest.TotalMilliseconds,
                }),
                Verdict = Verdict.Of(trace, chains),
            });
            return ExitCode.Ok;
        }

        PrintWaits(trace, segments, output);
        PrintChains(trace, chains, output);
        output.Line(Verdict.Of(trace, chains));
        return ExitCode.Ok;
    }

    private static LockTrace ReadOrRecord(string source, TimeSpan duration, string? traceFile, Interruption? interruption)
    {
        if (File.Exists(source) || Directory.Exists(source))
        {
            return TraceReader.Read(source);
        }

        if (Isolation.ProcessIdOf(source) is not { } processId)
        {
            throw new InspectionException($"'{source}' is neither a trace file nor the number of a process.");
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

    private static void PrintWaits(LockTrace trace, List<WaitSegment> segments, Output output)
    {
        output.Line($"{trace.Events.Count} events in {Verdict.Seconds(trace.Duration)}");
        Table table = Output.Table(4, "waiter", "waited for", "lock", "called from", "waits", "total", "longest");
        var rows = segments
            .GroupBy(segment => (segment.Waiter, segment.Owner, segment.Map, segment.Shard))
            .Select(group => (
                group.Key,
                Count: group.Count(),
                Total: TimeSpan.FromTicks(group.Sum(segment => segment.Duration.Ticks)),
                Longest: group.MaxBy(segment => segment.Duration)!))
            .OrderByDescending(row => row.Total)
            .ToList();
        foreach (var row in rows.Take(MaxRows))
        {
            Output.Row(
                table,
                trace.ThreadText(row.Key.Waiter),
                trace.ThreadText(row.Key.Owner),
                $"shard {row.Key.Shard} of {trace.MapText(row.Key.Map)}",
                row.Longest.Stack.CallSite,
                Output.Number(row.Count),
                Verdict.Seconds(row.Total),
                Verdict.Seconds(row.Longest.Duration));
        }

        output.Console.Write(table);
        if (rows.Count > MaxRows)
        {
            output.Line($"({rows.Count - MaxRows} more pairs: --json)");
        }
    }

    private static void PrintChains(LockTrace trace, List<BlockingChain> chains, Output output)
    {
        List<BlockingChain> longer = chains.FindAll(chain => chain.Hops > 1);
        if (longer.Count == 0)
        {
            return;
        }

        Table table = Output.Table(2, "chain", "locks", "times", "total", "longest");
        foreach (BlockingChain chain in longer.Take(MaxRows))
        {
            Output.Row(
                table,
                string.Join(" → ", chain.Waits.Select(hop => trace.ThreadText(hop.Waiter)).Append(trace.ThreadText(chain.Root))),
                string.Join(", ", chain.Waits.Select(hop => $"shard {hop.Shard} of {trace.MapText(hop.Map)}")),
                Output.Number(chain.Count),
                Verdict.Seconds(chain.Total),
                Verdict.Seconds(chain.Longest));
        }

        output.Console.Write(table);
    }
}

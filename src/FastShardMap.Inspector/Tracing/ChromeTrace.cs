using System.Text.Json;

namespace FastShardMap.Inspector.Tracing;

/// <summary>
/// Writes waits and holds as Chrome trace events, which chrome://tracing, Perfetto and speedscope open. Each thread has
/// a row of waits and, below it, rows of what it held. An arrow leads from the holder to the waiter where the lock
/// changes hands.
/// </summary>
/// <remarks>Format: "Trace Event Format", Google. Times are microseconds. Holds are known only while another thread
/// waited.</remarks>
internal static class ChromeTrace
{
    /// <summary>Rows per thread. Slices of one row must nest, but the holds of two locks may overlap.</summary>
    private const int RowsPerThread = 16;
    private const int Process = 1;

    /// <summary>A trace may have millions of events, so that the writer must not keep them all.</summary>
    private const int FlushBytes = 64 * 1024;

    public static void Write(Stream stream, LockTrace trace, IReadOnlyList<WaitSegment> segments)
    {
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        WriteName(json, "process_name", 0, "FastShardMap locks");
        List<Hold> holds = HoldsOf(segments);
        ILookup<int, Hold> holdsOfThreads = holds.ToLookup(hold => hold.Thread);
        Dictionary<(int Thread, ulong Map, int Shard), Hold[]> holdsOfLocks = holds
            .GroupBy(hold => (hold.Thread, hold.Map, hold.Shard))
            .ToDictionary(group => group.Key, group => group.ToArray());
        foreach (int thread in segments
            .Select(segment => segment.Waiter)
            .Concat(holds.Select(hold => hold.Thread))
            .Distinct()
            .Order())
        {
            WriteName(json, "thread_name", thread * RowsPerThread, $"{trace.ThreadText(thread)}: waits");
            foreach (int lane in holdsOfThreads[thread].Select(hold => hold.Lane).Distinct())
            {
                WriteName(
                    json, "thread_name", (thread * RowsPerThread) + 1 + lane, $"{trace.ThreadText(thread)}: holds");
            }
        }

        foreach (Hold hold in holds)
        {
            WriteSlice(
                json,
                $"holds shard {hold.Shard} of {trace.MapText(hold.Map)}",
                "hold",
                hold.Row,
                hold.Start,
                hold.End,
                null,
                []);
        }

        int flow = 0;
        foreach (WaitSegment wait in segments)
        {
            string name = $"waits for {trace.ThreadText(wait.Owner)}, shard {wait.Shard} of {trace.MapText(wait.Map)}";
            WriteSlice(
                json,
                name,
                "wait",
                wait.Waiter * RowsPerThread,
                wait.Start,
                wait.End,
                trace.ThreadText(wait.Owner),
                wait.Stack.Frames);
            if (holdsOfLocks.TryGetValue((wait.Owner, wait.Map, wait.Shard), out Hold[]? candidates)
                && Around(candidates, wait) is { } hold)
            {
                // Inside both slices, so that viewers know which ones the arrow joins.
                double at = Microseconds(wait.End) - Math.Min(1, Microseconds(wait.Duration) / 2);
                WriteFlow(json, "s", ++flow, hold.Row, at);
                WriteFlow(json, "f", flow, wait.Waiter * RowsPerThread, at);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The holds of one thread and lock are in the order of time and do not overlap.
    private static Hold? Around(Hold[] holds, WaitSegment wait)
    {
        int first = 0;
        int end = holds.Length;
        while (first < end)
        {
            int middle = (first + end) / 2;
            (first, end) = holds[middle].Start <= wait.Start ? (middle + 1, end) : (first, middle);
        }

        return first > 0 && holds[first - 1].End >= wait.End ? holds[first - 1] : null;
    }

    // Waits for the same owner at the same lock that touch or overlap form one hold.
    private static List<Hold> HoldsOf(IReadOnlyList<WaitSegment> segments)
    {
        List<Hold> holds = [];
        foreach (IGrouping<(int Owner, ulong Map, int Shard), WaitSegment> group in segments
            .Where(segment => segment.Owner != 0)
            .GroupBy(segment => (segment.Owner, segment.Map, segment.Shard)))
        {
            Hold? open = null;
            foreach (WaitSegment segment in group.OrderBy(segment => segment.Start))
            {
                if (open is not null && segment.Start <= open.End)
                {
                    open.End = segment.End > open.End ? segment.End : open.End;
                }
                else
                {
                    open = new Hold(segment.Owner, segment.Map, segment.Shard, segment.Start) { End = segment.End };
                    holds.Add(open);
                }
            }
        }

        foreach (IGrouping<int, Hold> thread in holds.GroupBy(hold => hold.Thread))
        {
            TimeSpan[] busyUntil = new TimeSpan[RowsPerThread - 1];
            foreach (Hold hold in thread.OrderBy(hold => hold.Start))
            {
                int lane = Array.FindIndex(busyUntil, until => until <= hold.Start);
                hold.Lane = lane < 0 ? RowsPerThread - 2 : lane;
                busyUntil[hold.Lane] = hold.End;
            }
        }

        return holds;
    }

    private static double Microseconds(TimeSpan time) => time.TotalMicroseconds;

    private static void WriteName(Utf8JsonWriter json, string kind, int row, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", kind);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", row);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSlice(
        Utf8JsonWriter json,
        string name,
        string category,
        int row,
        TimeSpan start,
        TimeSpan end,
        string? owner,
        IReadOnlyList<string> stack)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("cat", category);
        json.WriteString("ph", "X");
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", row);
        json.WriteNumber("ts", Microseconds(start));
        json.WriteNumber("dur", Microseconds(end - start));
        json.WriteStartObject("args");
        if (owner is not null)
        {
            json.WriteString("owner", owner);
        }

        if (stack.Count > 0)
        {
            json.WriteString("stack", string.Join("\n", stack));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (json.BytesPending > FlushBytes)
        {
            json.Flush();
        }
    }

    private static void WriteFlow(Utf8JsonWriter json, string phase, int id, int row, double time)
    {
        json.WriteStartObject();
        json.WriteString("name", "lock");
        json.WriteString("cat", "lock");
        json.WriteString("ph", phase);
        json.WriteNumber("id", id);
        if (phase == "f")
        {
            json.WriteString("bp", "e");
        }

        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", row);
        json.WriteNumber("ts", time);
        json.WriteEndObject();
    }

    private sealed class Hold(int thread, ulong map, int shard, TimeSpan start)
    {
        public int Thread => thread;

        public ulong Map => map;

        public int Shard => shard;

        public TimeSpan Start => start;

        public TimeSpan End { get; set; }

        public int Lane { get; set; }

        public int Row => (thread * RowsPerThread) + 1 + Lane;
    }
}

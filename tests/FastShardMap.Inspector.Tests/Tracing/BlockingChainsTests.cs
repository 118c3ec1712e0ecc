using System.Text.Json;
using FastShardMap.Inspector.Tracing;

namespace FastShardMap.Inspector.Tests.Tracing;

public sealed class BlockingChainsTests
{
    private const int Anna = 1;
    private const int Berta = 2;
    private const int Carla = 3;
    private const int Dora = 4;
    private const ulong First = 0x1000;
    private const ulong Second = 0x2000;

    [Fact]
    public void From_WaiterOfAWaiter_IsAChainOfTwoHops()
    {
        LockTrace trace = Trace(
            Start(0, Second, Carla, Berta),
            Start(10, First, Berta, Anna),
            Stop(100, Second, Berta),
            Stop(130, First, Anna));
        List<BlockingChain> chains = BlockingChains.From(WaitSegments.From(trace));

        BlockingChain worst = chains[0];
        Assert.Equal([Anna, Berta], worst.Waits.Select(hop => hop.Waiter));
        Assert.Equal(Carla, worst.Root);
        Assert.Equal(TimeSpan.FromMilliseconds(90), worst.Total);
        Assert.Contains("thread 1 → thread 2 → thread 3", Verdict.Of(trace, chains), StringComparison.Ordinal);

        // When Berta has the second lock, Anna waits for Berta alone.
        BlockingChain rest = Assert.Single(chains, chain => chain.Hops == 1 && chain.Waits[0].Waiter == Anna);
        Assert.Equal(TimeSpan.FromMilliseconds(30), rest.Total);
    }

    [Fact]
    public void From_LockThatGoesToAnother_SplitsTheWait()
    {
        LockTrace trace = Trace(
            Start(0, First, Carla, Anna),
            Start(0, First, Carla, Berta),
            Stop(50, First, Berta),
            Stop(70, First, Anna));
        List<WaitSegment> segments = WaitSegments.From(trace);

        Assert.Equal(
            [(Anna, Carla, 50.0), (Anna, Berta, 20.0), (Berta, Carla, 50.0)],
            segments.OrderBy(segment => segment.Waiter).ThenBy(segment => segment.Start)
                .Select(segment => (segment.Waiter, segment.Owner, segment.Duration.TotalMilliseconds)));
    }

    [Fact]
    public void From_WaitThatNeverEnds_LastsToTheEndOfTheTrace()
    {
        WaitSegment segment = Assert.Single(WaitSegments.From(Trace(Start(400, First, Carla, Anna))));

        Assert.Equal(TimeSpan.FromMilliseconds(600), segment.Duration);
    }

    [Fact]
    public void From_WaitThatBeganBeforeTheTrace_HasItsOwnLength()
    {
        LockTrace trace = Trace(Stop(500, First, Anna) with { Waited = TimeSpan.FromMilliseconds(200) });
        WaitSegment segment = Assert.Single(WaitSegments.From(trace));

        Assert.Equal(TimeSpan.FromMilliseconds(300), segment.Start);
        Assert.Equal(0, segment.Owner);
    }

    [Fact]
    public void From_GivenUpWait_LeavesTheOwnerAlone()
    {
        LockTrace trace = Trace(
            Start(0, First, Carla, Anna),
            Start(0, First, Carla, Berta),
            Stop(10, First, Anna) with { Entered = false },
            Stop(30, First, Berta));

        Assert.All(WaitSegments.From(trace), segment => Assert.Equal(Carla, segment.Owner));
    }

    [Fact]
    public void From_Cycle_Ends()
    {
        LockTrace trace = Trace(
            Start(0, First, Berta, Anna),
            Start(0, Second, Anna, Berta),
            Stop(10, First, Anna),
            Stop(20, Second, Berta));

        Assert.NotEmpty(BlockingChains.From(WaitSegments.From(trace)));
    }

    /// <summary>Berta has the lock, as Anna saw; her own event that says so comes a moment later.</summary>
    [Fact]
    public void From_OwnerWhoseWaitIsOver_IsNoHop()
    {
        LockTrace trace = Trace(
            Start(0, First, Carla, Berta),
            Start(10, First, Berta, Anna),
            Stop(12, First, Berta),
            Stop(60, First, Anna));
        List<WaitSegment> segments = WaitSegments.From(trace);

        Assert.Equal(
            [(Anna, Berta, 10.0, 60.0), (Berta, Carla, 0.0, 10.0)],
            Spans(segments));
        Assert.All(BlockingChains.From(segments), chain => Assert.Equal(1, chain.Hops));
    }

    /// <summary>One lock that three threads hand round: nobody ever waits for a thread that waits.</summary>
    [Fact]
    public void From_OneLockHandedRound_HasNoChains()
    {
        Random random = new(1);
        List<LockEvent> events = [];
        int owner = Anna;
        Dictionary<int, double> waiting = [];
        for (double time = 1; time < 900; time += 1 + random.NextDouble())
        {
            int next = random.Next(Anna, Dora + 1);
            if (next != owner && waiting.TryAdd(next, time))
            {
                events.Add(Start(time, First, owner, next));
            }
            else if (next != owner)
            {
                // It enters; others see that before it says so.
                int former = owner;
                owner = next;
                waiting.Remove(next);
                waiting[former] = time;
                events.Add(Start(time, First, owner, former));
                events.Add(Stop(time + 0.5, First, owner));
            }
        }

        Assert.True(events.Count > 200);
        List<WaitSegment> segments = WaitSegments.From(Trace([.. events]));
        List<BlockingChain> chains = BlockingChains.From(segments);
        Assert.NotEmpty(chains);
        Assert.All(chains, chain => Assert.Equal(1, chain.Hops));
        foreach (WaitSegment wait in segments)
        {
            Assert.DoesNotContain(
                segments, other => other.Waiter == wait.Owner && other.Start < wait.End && wait.Start < other.End);
        }
    }

    /// <summary>
    /// The lock was being released when Anna came: she does not wait for the former owner, who comes back and waits.
    /// </summary>
    [Fact]
    public void From_OwnerThatWasLettingGo_IsUnknown()
    {
        LockTrace trace = Trace(
            Start(0, First, Berta, Carla),
            Start(10, First, 0, Anna),
            Start(20, First, Carla, Berta),
            Stop(21, First, Carla),
            Stop(50, First, Anna),
            Stop(70, First, Berta));

        Assert.Equal(
            [
                (Anna, 0, 10.0, 20.0), (Anna, Carla, 20.0, 50.0), (Berta, Carla, 20.0, 50.0), (Berta, Anna, 50.0, 70.0),
                (Carla, Berta, 0.0, 10.0), (Carla, 0, 10.0, 20.0),
            ],
            Spans(WaitSegments.From(trace)));
    }

    /// <summary>An event was lost: a thread that waits for one lock does not wait for another one any more.</summary>
    [Fact]
    public void From_SecondWaitOfAThread_EndsTheFirst()
    {
        LockTrace trace = Trace(Start(0, First, Carla, Berta), Start(30, Second, Dora, Berta), Stop(50, Second, Berta));

        Assert.Equal([(Berta, Carla, 0.0, 30.0), (Berta, Dora, 30.0, 50.0)], Spans(WaitSegments.From(trace)));
    }

    /// <summary>
    /// Two locks and two threads, each of which wants what the other holds: that is said, and not of one lock alone.
    /// </summary>
    [Fact]
    public void Of_Circle_SaysSo()
    {
        LockTrace trace = Trace(
            Start(0, First, Berta, Anna),
            Start(0, Second, Anna, Berta),
            Stop(100, First, Anna),
            Stop(100, Second, Berta));
        string verdict = Verdict.Of(trace, BlockingChains.From(WaitSegments.From(trace)));

        Assert.Contains("a circle", verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("did not wait for a lock", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void From_ThousandsOfWaits_IsQuick()
    {
        List<LockEvent> events = [];
        for (int i = 0; i < 50_000; i++)
        {
            int waiter = 1 + (i % 3);
            events.Add(Start(i, First, Dora, waiter));
            events.Add(Stop(i + 0.5, First, waiter));
        }

        Assert.Equal(50_000, BlockingChains.From(WaitSegments.From(Trace([.. events]))).Sum(chain => chain.Count));
    }

    [Fact]
    public void Of_NoWaits_SaysSo() =>
        Assert.Contains("no thread waited", Verdict.Of(Trace(), []), StringComparison.Ordinal);

    [Fact]
    public void Write_Waits_MakesRowsSlicesAndArrows()
    {
        LockTrace trace = Trace(
            Start(0, Second, Carla, Berta),
            Start(10, First, Berta, Anna),
            Stop(100, Second, Berta),
            Stop(130, First, Anna));
        trace.ThreadNames[Carla] = "Carla";
        using MemoryStream stream = new();
        ChromeTrace.Write(stream, trace, WaitSegments.From(trace));
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement[] events = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];

        AssertRowsNest(events);
        Assert.Equal(2, events.Count(step => Text(step, "cat") == "wait"));
        Assert.Equal(2, events.Count(step => Text(step, "cat") == "hold"));
        JsonElement[] starts = [.. events.Where(step => Text(step, "ph") == "s")];
        Assert.Equal(2, starts.Length);
        foreach (JsonElement start in starts)
        {
            JsonElement finish = events.Single(
                step => Text(step, "ph") == "f"
                    && step.GetProperty("id").GetInt32() == start.GetProperty("id").GetInt32());
            Assert.Single(events, step => Text(step, "cat") == "hold" && Covers(step, start));
            Assert.Single(events, step => Text(step, "cat") == "wait" && Covers(step, finish));
        }

        Assert.Contains(
            events,
            step => Text(step, "name") == "thread_name"
                && step.GetProperty("args").GetProperty("name").GetString() == "Carla (3): holds");
    }

    /// <summary>The trace goes to its file in pieces, and each wait finds its own hold of the lock.</summary>
    [Fact]
    public void Write_ManyHoldsOfOneLock_JoinsEachToItsWait()
    {
        const int Waits = 5_000;
        LockEvent[] events = [.. Enumerable.Range(0, Waits).SelectMany(
            static i => (LockEvent[])[Start(2 * i, First, Berta, Anna), Stop((2 * i) + 1, First, Anna)])];
        LockTrace trace = Trace(events);
        using PiecesStream stream = new();
        ChromeTrace.Write(stream, trace, WaitSegments.From(trace));
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement[] steps = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];
        double[] arrows =
        [
            .. steps.Where(step => Text(step, "ph") == "s").Select(step => step.GetProperty("ts").GetDouble()),
        ];

        Assert.Equal(Waits, steps.Count(step => Text(step, "cat") == "hold"));
        Assert.Equal(Enumerable.Range(0, Waits).Select(static i => (2000.0 * i) + 999), arrows);
        Assert.InRange(stream.LargestPiece, 1, 1 << 18);
    }

    internal static void AssertRowsNest(JsonElement[] events)
    {
        foreach (IGrouping<int, JsonElement> row in events
            .Where(step => Text(step, "ph") == "X")
            .GroupBy(step => step.GetProperty("tid").GetInt32()))
        {
            double end = double.MinValue;
            foreach (JsonElement slice in row.OrderBy(step => step.GetProperty("ts").GetDouble()))
            {
                double start = slice.GetProperty("ts").GetDouble();
                Assert.True(start >= end - 0.01, "slices of a row overlap");
                end = start + slice.GetProperty("dur").GetDouble();
            }
        }
    }

    internal static bool Covers(JsonElement slice, JsonElement point)
    {
        double at = point.GetProperty("ts").GetDouble();
        double start = slice.GetProperty("ts").GetDouble();
        return slice.GetProperty("tid").GetInt32() == point.GetProperty("tid").GetInt32()
            && at >= start && at <= start + slice.GetProperty("dur").GetDouble();
    }

    internal static string? Text(JsonElement step, string property) =>
        step.TryGetProperty(property, out JsonElement value) ? value.GetString() : null;

    private static IEnumerable<(int Waiter, int Owner, double Start, double End)> Spans(List<WaitSegment> segments) =>
        segments
            .OrderBy(segment => segment.Waiter)
            .ThenBy(segment => segment.Start)
            .Select(
                segment => (
                    segment.Waiter, segment.Owner, segment.Start.TotalMilliseconds, segment.End.TotalMilliseconds));

    private static LockTrace Trace(params LockEvent[] events)
    {
        LockTrace trace = new() { Duration = TimeSpan.FromSeconds(1) };
        trace.Events.AddRange(events);
        return trace;
    }

    private static LockEvent Start(double milliseconds, ulong map, int owner, int waiter) =>
        new(TimeSpan.FromMilliseconds(milliseconds), true, map, 0, owner, waiter, false, default, CallStack.Unknown);

    private static LockEvent Stop(double milliseconds, ulong map, int waiter) =>
        new(TimeSpan.FromMilliseconds(milliseconds), false, map, 0, 0, waiter, true, default, CallStack.Unknown);

    private sealed class PiecesStream : MemoryStream
    {
        public int LargestPiece { get; private set; }

        // That of spans leads here, too.
        public override void Write(byte[] buffer, int offset, int count)
        {
            LargestPiece = Math.Max(LargestPiece, count);
            base.Write(buffer, offset, count);
        }
    }
}

namespace FastShardMap.Inspector.Tracing;

/// <summary>Follows every lock through a trace: who had it when, and who waited for whom meanwhile.</summary>
internal static class WaitSegments
{
    public static List<WaitSegment> From(LockTrace trace)
    {
        List<WaitSegment> segments = [];
        Dictionary<(ulong Map, int Shard), LockState> locks = [];
        foreach (LockEvent step in trace.Events.OrderBy(step => step.Time))
        {
            if (!locks.TryGetValue((step.Map, step.Shard), out LockState? state))
            {
                state = new LockState();
                locks.Add((step.Map, step.Shard), state);
            }

            if (step.IsStart)
            {
                state.Owner = step.Owner != 0 ? step.Owner : state.Owner;
                state.Waiting[step.Waiter] = new Waiting(step.Time, state.Owner, step.Stack);
            }
            else
            {
                Stop(segments, state, step);
            }
        }

        // Who waits to the end of the trace has waited all the same: often that is the very case.
        foreach (((ulong map, int shard), LockState state) in locks)
        {
            foreach ((int waiter, Waiting waiting) in state.Waiting)
            {
                Add(segments, new WaitSegment(waiter, waiting.Owner, map, shard, waiting.Start, trace.Duration, waiting.Stack));
            }
        }

        return [.. segments.OrderBy(segment => segment.Start)];
    }

    private static void Stop(List<WaitSegment> segments, LockState state, LockEvent step)
    {
        // A wait that began before the trace says at its end how long it was.
        Waiting waiting = state.Waiting.Remove(step.Waiter, out Waiting? known)
            ? known
            : new Waiting(TimeSpan.FromTicks(Math.Max(0, (step.Time - step.Waited).Ticks)), state.Owner, step.Stack);
        Add(segments, new WaitSegment(step.Waiter, waiting.Owner, step.Map, step.Shard, waiting.Start, step.Time, waiting.Stack));
        if (!step.Entered)
        {
            return;
        }

        state.Owner = step.Waiter;
        foreach ((int waiter, Waiting other) in state.Waiting.ToArray())
        {
            Add(segments, new WaitSegment(waiter, other.Owner, step.Map, step.Shard, other.Start, step.Time, other.Stack));
            state.Waiting[waiter] = new Waiting(step.Time, step.Waiter, other.Stack);
        }
    }

    private static void Add(List<WaitSegment> segments, WaitSegment segment)
    {
        if (segment.Duration > TimeSpan.Zero)
        {
            segments.Add(segment);
        }
    }

    private sealed class LockState
    {
        public int Owner { get; set; }

        public Dictionary<int, Waiting> Waiting { get; } = [];
    }

    private sealed record Waiting(TimeSpan Start, int Owner, IReadOnlyList<string> Stack);
}

namespace FastShardMap.Inspector.Tracing;

/// <summary>
/// Follows every lock through a trace: which thread had it when, and which threads waited for it. Each thread reports
/// its events a moment after they happen. What one event says about another thread therefore replaces what was known
/// about that thread.
/// </summary>
internal sealed class WaitSegments
{
    private readonly List<WaitSegment> _segments = [];
    private readonly Dictionary<(ulong Map, int Shard), LockState> _locks = [];

    /// <summary>The lock that each waiting thread waits for; a thread waits for one lock at a time.</summary>
    private readonly Dictionary<int, (ulong Map, int Shard)> _waitingFor = [];

    /// <summary>The time at which the last wait of each thread ended.</summary>
    private readonly Dictionary<int, TimeSpan> _waitedUntil = [];

    private WaitSegments()
    {
    }

    public static List<WaitSegment> From(LockTrace trace)
    {
        WaitSegments all = new();
        foreach (LockEvent step in trace.Events.OrderBy(step => step.Time))
        {
            if (step.IsStart)
            {
                all.Start(step);
            }
            else
            {
                all.Stop(step);
            }
        }

        // A thread that still waits at the end of the trace counts too; it is often the one that matters.
        foreach (int waiter in all._waitingFor.Keys.ToArray())
        {
            all.EndWait(waiter, trace.Duration);
        }

        return [.. all._segments.OrderBy(segment => segment.Start)];
    }

    private void Start(LockEvent step)
    {
        // A thread waits for one lock at a time, so an earlier wait has ended, even if its end is not in the trace.
        EndWait(step.Waiter, step.Time);
        LockState state = StateOf(step.Map, step.Shard);

        // The event has the owner, unless the owner was just releasing the lock. The owner is then unknown, and it is
        // not the former one.
        SetOwner(step.Map, step.Shard, state, step.Owner == step.Waiter ? 0 : step.Owner, step.Time);
        state.Waiting[step.Waiter] = new Waiting(step.Time, state.Owner, step.Stack);
        _waitingFor[step.Waiter] = (step.Map, step.Shard);
    }

    private void Stop(LockEvent step)
    {
        LockState state = StateOf(step.Map, step.Shard);
        if (state.Waiting.ContainsKey(step.Waiter))
        {
            EndWait(step.Waiter, step.Time);
        }
        else if (!state.Entered.Remove(step.Waiter))
        {
            AddUnseen(step, state);
        }

        if (step.Entered)
        {
            SetOwner(step.Map, step.Shard, state, step.Waiter, step.Time);
        }
    }

    // The end of a wait that began before the trace says how long the wait was.
    private void AddUnseen(LockEvent step, LockState state)
    {
        TimeSpan start = step.Time - step.Waited;
        TimeSpan earliest = _waitedUntil.GetValueOrDefault(step.Waiter);
        Add(new WaitSegment(
            step.Waiter,
            state.Owner == step.Waiter ? 0 : state.Owner,
            step.Map,
            step.Shard,
            start > earliest ? start : earliest,
            step.Time,
            step.Stack));
    }

    // The owner no longer waits, and all other waiters of this lock wait for it from now on.
    private void SetOwner(ulong map, int shard, LockState state, int owner, TimeSpan time)
    {
        if (owner != 0 && state.Waiting.ContainsKey(owner))
        {
            EndWait(owner, time);
            state.Entered.Add(owner); // its own event comes later
        }

        if (owner == state.Owner)
        {
            return;
        }

        state.Owner = owner;
        foreach ((int waiter, Waiting waiting) in state.Waiting.ToArray())
        {
            Add(new WaitSegment(waiter, waiting.Owner, map, shard, waiting.Start, time, waiting.Stack));
            state.Waiting[waiter] = new Waiting(time, owner, waiting.Stack);
        }
    }

    private void EndWait(int waiter, TimeSpan time)
    {
        if (_waitingFor.Remove(waiter, out (ulong Map, int Shard) place)
            && StateOf(place.Map, place.Shard).Waiting.Remove(waiter, out Waiting? waiting))
        {
            Add(new WaitSegment(waiter, waiting.Owner, place.Map, place.Shard, waiting.Start, time, waiting.Stack));
        }
    }

    private LockState StateOf(ulong map, int shard)
    {
        if (!_locks.TryGetValue((map, shard), out LockState? state))
        {
            state = new LockState();
            _locks.Add((map, shard), state);
        }

        return state;
    }

    private void Add(WaitSegment segment)
    {
        if (segment.Duration > TimeSpan.Zero)
        {
            _segments.Add(segment);
            _waitedUntil[segment.Waiter] = segment.End;
        }
    }

    private sealed class LockState
    {
        public int Owner { get; set; }

        public Dictionary<int, Waiting> Waiting { get; } = [];

        /// <summary>
        /// Threads that other threads saw as owners before their own events reported the end of the wait.
        /// </summary>
        public HashSet<int> Entered { get; } = [];
    }

    private sealed record Waiting(TimeSpan Start, int Owner, CallStack Stack);
}

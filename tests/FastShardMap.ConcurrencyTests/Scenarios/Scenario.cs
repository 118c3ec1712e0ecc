using FastShardMap.ConcurrencyTests.History;
using FastShardMap.ConcurrencyTests.Scheduling;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A few threads with a few operations each on one small map: what the scheduler explores.</summary>
/// <param name="Name">For the replay line.</param>
/// <param name="Target">The map.</param>
/// <param name="Keys">How many keys it has.</param>
/// <param name="Setup">Operations before the threads start, one after the other.</param>
/// <param name="Threads">The operations of each thread.</param>
internal sealed record Scenario(string Name, IMapTarget Target, int Keys, MapOp[] Setup, params MapOp[][] Threads)
{
    /// <summary>
    /// How many waits of a thread may run out of time although others could go on. Of those with timed writes, if there
    /// are any: the others must be woken.
    /// </summary>
    public int Timeouts { get; init; }

    /// <summary>How many random schedules are run besides.</summary>
    public int RandomSchedules { get; init; } = 1_000;

    /// <summary>How many preemptions a schedule with stale reads has at most, when all are explored.</summary>
    public int StalePreemptions { get; init; } = 1;

    /// <summary>How many reads of old values such a schedule has at most.</summary>
    public int StaleReads { get; init; } = 2;

    /// <summary>How many schedules with stale reads it takes to show what it is for.</summary>
    public int StaleSchedules { get; init; } = 1_500;

    /// <summary>Whether its tables are too large for every word's history to be kept.</summary>
    public bool HasLargeTables { get; init; }

    public int TimeoutsOf(MapOp[] ops) => Threads.Any(HasTimedWrites) && !HasTimedWrites(ops) ? 0 : Timeouts;

    public override string ToString() => Name;

    private static bool HasTimedWrites(MapOp[] ops) =>
        Array.Exists(ops, static op => op.Kind is OpKind.TimedSet or OpKind.TimedRemove);
}

/// <summary>How much was explored.</summary>
internal readonly record struct Coverage(long Schedules, long Steps, long Ops)
{
    public static Coverage operator +(Coverage left, Coverage right) =>
        new(left.Schedules + right.Schedules, left.Steps + right.Steps, left.Ops + right.Ops);
}

/// <summary>Runs a scenario under every schedule that a strategy comes up with, and checks every history.</summary>
internal sealed unsafe class Explorer : IDisposable
{
    private static long s_schedules;
    private readonly Scenario _scenario;
    private readonly WeakMemory? _memory;
    private readonly Execution _execution;
    private readonly MapOp[][] _ops;
    private readonly ulong[] _initial;

    public Explorer(Scenario scenario, bool weakMemory = false, int processor = -1)
    {
        _scenario = scenario;
        _memory = weakMemory ? new WeakMemory(scenario.Threads.Length) : null;
        _execution = new Execution(scenario.Threads.Length, RunThread, _memory, processor)
        {
            Timeouts = [.. scenario.Threads.Select(scenario.TimeoutsOf)],
        };
        _ops = new MapOp[scenario.Threads.Length][];
        _initial = new ulong[scenario.Keys];
    }

    /// <summary>How many schedules have been run in this process.</summary>
    public static long TotalSchedules => Interlocked.Read(ref s_schedules);

    /// <summary>
    /// Explores until the strategy has no more schedules, the limit is reached or a history is wrong.
    /// </summary>
    /// <exception cref="Xunit.Sdk.XunitException">A schedule went wrong; the message replays it.</exception>
    public Coverage Explore(Strategy strategy, long maxSchedules = long.MaxValue)
    {
        long schedules = 0;
        long steps = 0;
        long ops = 0;
        while (schedules < maxSchedules && strategy.Begin())
        {
            if (RunOnce(strategy) is { } fault)
            {
                Assert.Fail(
                    $"{_scenario.Name}, schedule {schedules}: {fault}\n"
                    + $"Replay: FASTSHARDMAP_REPLAY=\"{_scenario.Name}|"
                    + $"{(_memory is null ? "strong" : "weak")}|{strategy.Replay}\"\n"
                    + $"History:\n{HistoryChecker.Lines(_ops.SelectMany(static op => op))}\n"
                    + $"Trace:\n{_execution.Trace}");
            }

            schedules++;
            Interlocked.Increment(ref s_schedules);
            steps += _execution.Steps;
            ops += _ops.Sum(static list => list.Length);
        }

        return new Coverage(schedules, steps, ops);
    }

    public void Dispose() => _execution.Dispose();

    /// <summary>One execution; what is wrong with it, or null.</summary>
    public string? RunOnce(Strategy strategy)
    {
        _scenario.Target.Create();
        foreach (MapOp op in _scenario.Setup)
        {
            _scenario.Target.Run(op);
        }

        Array.Fill(_initial, MapModel.Absent);
        for (int key = 0; key < _initial.Length; key++)
        {
            _initial[key] = Get(key, 0) is { Done: true } found ? found.Value : MapModel.Absent;
        }

        for (int thread = 0; thread < _ops.Length; thread++)
        {
            _ops[thread] = [.. _scenario.Threads[thread].Select(op => op.Fresh(thread))];
        }

        _memory?.Attach(_scenario.Target.Header);
        _execution.Run(strategy);
        string? fault = _execution.Failure ?? FindFault();
        if (_execution.Failure is null)
        {
            _scenario.Target.Drop();
        }

        return fault;
    }

    private string? FindFault()
    {
        List<MapOp> history = [.. _ops.SelectMany(static op => op)];
        bool disposes = history.Exists(static op => op is { Kind: OpKind.Dispose, GaveUp: false });
        if (_scenario.Target.FindFault() is { } fault)
        {
            return fault;
        }

        // Whatever was reported must be there afterwards.
        for (int key = 0; !disposes && key < _initial.Length; key++)
        {
            history.Add(Get(key, MapOp.AfterAll));
        }

        if (_memory is not null)
        {
            // Real time means nothing to threads that have not synchronized: their orders must still have one
            // explanation.
            return HistoryChecker.ExplainsWhole(history, _initial, realTime: false)
                ? null
                : $"No order of the operations explains the history (initially {string.Join(',', _initial)}).";
        }

        if (HistoryChecker.FindFault(history, _initial) is { } found)
        {
            return found;
        }

        return !history.Exists(static op => op.Kind is OpKind.Clear or OpKind.ToArray or OpKind.Snapshot)
            || HistoryChecker.ExplainsWhole(history, _initial, realTime: true)
            ? null
            : "Each key has a linearization, but the map has none.";
    }

    private MapOp Get(int key, int thread)
    {
        MapOp op = new(OpKind.Get, key) { Thread = thread, Invoked = ++_execution.Clock };
        _scenario.Target.Run(op);
        op.Returned = ++_execution.Clock;
        return op;
    }

    private void RunThread(int thread)
    {
        foreach (MapOp op in _ops[thread])
        {
            op.Invoked = ++_execution.Clock;
            try
            {
                _scenario.Target.Run(op);
            }
            finally
            {
                op.Returned = ++_execution.Clock;
            }
        }
    }
}

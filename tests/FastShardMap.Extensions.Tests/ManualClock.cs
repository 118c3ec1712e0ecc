namespace FastShardMap.Extensions.Tests;

/// <summary>A clock that a test sets, whose timers tick when the test says so.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(callback, state);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void Tick()
    {
        Timer[] timers;
        lock (_timers)
        {
            timers = [.. _timers];
        }

        foreach (Timer timer in timers)
        {
            timer.Tick();
        }
    }

    private sealed class Timer(TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _disposed;

        public void Tick()
        {
            if (!_disposed)
            {
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

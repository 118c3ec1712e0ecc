namespace FastShardMap.Tests.Caching;

/// <summary>A clock that stands until the test moves it, forwards or back. Timers fire when it is moved, in the call
/// that moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int TimerCount => _timers.Count;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Move(TimeSpan by)
    {
        Interlocked.Add(ref _ticks, by.Ticks);
        foreach (ManualTimer timer in _timers.ToArray())
        {
            timer.Fire();
        }
    }

    /// <summary>Moves the clock, and no timer fires. No sweep then begins in the background, where it would remove an
    /// entry at a moment that the test does not know.</summary>
    public void MoveWithoutTimers(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => time._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

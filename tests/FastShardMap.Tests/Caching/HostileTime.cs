namespace FastShardMap.Tests.Caching;

/// <summary>A clock that stands until the test sets it, and whose members throw when the test says so. Its timers fire
/// when the test says so.</summary>
internal sealed class HostileTime : TimeProvider
{
    private Action? _fire;

    public TimeSpan Elapsed { get; set; }

    public bool Fails { get; set; }

    public bool FailsDispose { get; set; }

    public Action? OnCreate { get; set; }

    public int Timers { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Fails ? throw new InvalidTimeZoneException() : Elapsed.Ticks;

    public void Fire() => _fire!();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        OnCreate?.Invoke();
        Timers++;
        _fire = () => callback(state);
        return new HostileTimer(this);
    }

    private sealed class HostileTimer(HostileTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            if (time.FailsDispose)
            {
                throw new InvalidTimeZoneException();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

namespace FastShardMap.Tests.Caching;

/// <summary>A clock that advances with each look at it, so that time passes within an operation. Its timers do not
/// fire.</summary>
/// <param name="step">The time from one look to the next.</param>
internal sealed class SteppingTime(TimeSpan step) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref _ticks, step.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ManualTime().CreateTimer(callback, state, dueTime, period);
}

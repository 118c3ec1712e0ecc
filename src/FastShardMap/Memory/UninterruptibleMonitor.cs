namespace FastShardMap.Memory;

/// <summary>
/// A monitor that <see cref="Thread.Interrupt"/> cannot break: the interruption is remembered and delivered at the
/// thread's next blocking call. A block that is being retired in a finally clause must not be lost to an interruption.
/// </summary>
internal sealed class UninterruptibleMonitor
{
    private readonly object _monitor = new();

    /// <summary>Enters the monitor. Disposing the result exits it.</summary>
    public Scope Enter()
    {
        Uninterruptible.Run(_monitor, static monitor => Monitor.Enter(monitor));
        return new Scope(_monitor);
    }

    /// <summary>Waits until the condition holds. The monitor is held whenever the condition is evaluated.</summary>
    public void WaitUntil<TState>(TState state, Func<TState, bool> condition)
    {
        bool interrupted = false;
        while (!condition(state))
        {
            // Redelivering the interruption inside the loop would make the next wait throw before it releases the
            // monitor.
            interrupted |= !WaitForPulse(Timeout.InfiniteTimeSpan);
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Releases the monitor until a pulse or the end of the time.</summary>
    /// <returns><see langword="false"/> if the time is up, or if the wait was interrupted; the interruption is not
    /// redelivered.</returns>
    public bool WaitForPulse(TimeSpan limit)
    {
        try
        {
            FaultInjection.BeforeWait();
            return Monitor.Wait(_monitor, limit);
        }
        catch (ThreadInterruptedException)
        {
            return false;
        }
    }

    public void Pulse() => Monitor.Pulse(_monitor);

    public void PulseAll() => Monitor.PulseAll(_monitor);

    public readonly ref struct Scope(object monitor)
    {
        public void Dispose() => Monitor.Exit(monitor);
    }
}

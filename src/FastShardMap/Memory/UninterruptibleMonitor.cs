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
            WaitForPulse(Timeout.InfiniteTimeSpan, out bool now);
            interrupted |= now;
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Releases the monitor until a pulse or the end of the time.</summary>
    /// <param name="limit">The time.</param>
    /// <param name="interrupted">Receives whether the wait was interrupted. The caller then redelivers the
    /// interruption, after its last wait.</param>
    /// <returns><see langword="false"/> if the time is up, or if the wait was interrupted.</returns>
    public bool WaitForPulse(TimeSpan limit, out bool interrupted)
    {
        interrupted = false;
        try
        {
            FaultInjection.BeforeWait();
            return Monitor.Wait(_monitor, limit);
        }
        catch (ThreadInterruptedException)
        {
            interrupted = true;
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

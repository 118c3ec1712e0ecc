namespace FastShardMap.Memory;

/// <summary>
/// A monitor that <see cref="Thread.Interrupt"/> cannot break out of: the interruption is remembered and delivered at
/// the thread's next blocking call. A block being retired in a finally clause must not be lost to one.
/// </summary>
internal sealed class UninterruptibleMonitor
{
    private readonly object _monitor = new();

    /// <summary>Takes the monitor; dispose the result to leave it.</summary>
    public Scope Enter()
    {
        Uninterruptible.Run(_monitor, static monitor => Monitor.Enter(monitor));
        return new Scope(_monitor);
    }

    /// <summary>Waits, with the monitor held at every test, until the condition holds.</summary>
    public void WaitUntil<TState>(TState state, Func<TState, bool> condition)
    {
        bool interrupted = false;
        while (!condition(state))
        {
            // Redelivering inside the loop would make the next wait throw before it lets go of the monitor.
            interrupted |= !WaitForPulse(Timeout.InfiniteTimeSpan);
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Leaves the monitor until a pulse or the end of the time.</summary>
    /// <returns>False: the time is over, or the wait was interrupted, which is forgotten.</returns>
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

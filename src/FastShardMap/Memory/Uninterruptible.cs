namespace FastShardMap.Memory;

/// <summary>Steps of the framework that may wait for a moment inside and that <see cref="Thread.Interrupt"/> could
/// therefore end, at places where they must not fail: a lock that is being released, a registration that is being undone.</summary>
internal static class Uninterruptible
{
    /// <summary>Performs the step. An interruption is delivered at the thread's next blocking call.</summary>
    /// <param name="state">What the step works on.</param>
    /// <param name="step">The step; if it is interrupted, it has changed nothing and is performed again.</param>
    public static void Run<TState>(TState state, Action<TState> step)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                FaultInjection.BeforeWait();
                step(state);
                break;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}

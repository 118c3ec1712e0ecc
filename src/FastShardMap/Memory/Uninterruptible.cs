namespace FastShardMap.Memory;

/// <summary>Performs steps of the framework that may wait briefly, and that <see cref="Thread.Interrupt"/> could
/// therefore end, in places where they must not fail: releasing a lock, or undoing a registration.</summary>
internal static class Uninterruptible
{
    /// <summary>Performs the step. An interruption is delivered at the thread's next blocking call.</summary>
    /// <param name="state">The argument of the step.</param>
    /// <param name="step">The step. If it is interrupted, it must have changed nothing; it is then performed
    /// again.</param>
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

namespace FastShardMap.Memory;

/// <summary>Performs steps of the framework that may wait briefly, and that <see cref="Thread.Interrupt"/> could
/// therefore end, in places where they must not fail: releasing a lock, or undoing a registration.</summary>
internal static class Uninterruptible
{
    /// <summary>Performs the step. An interruption is delivered at the thread's next blocking call.</summary>
    /// <param name="state">The argument of the step.</param>
    /// <param name="step">The step. If it is interrupted, it is performed again, so it must have changed nothing, or
    /// come to the same result.</param>
    public static void Run<TState>(TState state, Action<TState> step) =>
        Run((state, step), static both =>
        {
            both.step(both.state);
            return true;
        });

    /// <inheritdoc cref="Run{TState}(TState, Action{TState})"/>
    /// <returns>The result of the step.</returns>
    public static TResult Run<TState, TResult>(TState state, Func<TState, TResult> step)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                FaultInjection.BeforeWait();
                TResult result = step(state);
                if (interrupted)
                {
                    Thread.CurrentThread.Interrupt();
                }

                return result;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }
}

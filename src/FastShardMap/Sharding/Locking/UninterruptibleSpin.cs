using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>
/// Waits for a few instructions of another thread: spins, then yields, then sleeps. The only wait of the engine besides the
/// parking lot's, and one that <see cref="System.Threading.Thread.Interrupt"/> cannot end: it stands between steps that
/// belong together (a lock taken and released, a table dropped and retired), where an exception would leave half of them
/// undone. An interruption is remembered and delivered at the thread's next blocking call.
/// </summary>
internal ref struct UninterruptibleSpin
{
    private SpinWait _spin;
    private bool _interrupted;

    /// <summary>Waits once, for longer the more often it is called.</summary>
    public void Once()
    {
        FaultInjection.BeforeWait();
        try
        {
            _spin.SpinOnce();
        }
        catch (ThreadInterruptedException)
        {
            _interrupted = true;
        }
    }

    /// <summary>The wait is over.</summary>
    public readonly void End()
    {
        if (_interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}

using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>
/// Waits for another thread to complete a few instructions: spins, then yields, then sleeps. Apart from the parking
/// lot, this is the only wait of the engine, and <see cref="System.Threading.Thread.Interrupt"/> cannot end it: it is
/// used between steps that belong together (a lock taken and released, a table dropped and retired), and an exception
/// would leave them half done. An interruption is remembered and delivered at the thread's next blocking call.
/// </summary>
internal ref struct UninterruptibleSpin
{
    private SpinWait _spin;
    private bool _interrupted;

    /// <summary>Waits once. Each call waits longer than the one before.</summary>
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

    /// <summary>Ends the wait and delivers a pending interruption.</summary>
    public readonly void End()
    {
        if (_interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}

namespace FastShardMap.Sharding;

/// <summary>While this scope lasts, <see cref="System.Threading.Thread.Interrupt"/> ends no wait of its thread for a
/// shard's lock. For operations of many steps, which would otherwise be left half done. An interruption is delivered at the
/// thread's next blocking call after the scope.</summary>
internal readonly ref struct InterruptDeferral : IDisposable
{
    private readonly ThreadState _thread;

    public InterruptDeferral(ThreadState thread)
    {
        _thread = thread;
        thread.DeferInterrupts();
    }

    /// <summary>Begins a scope of the calling thread.</summary>
    public static InterruptDeferral Begin() => new(ThreadState.Current);

    public void Dispose() => _thread.ResumeInterrupts();
}

namespace FastShardMap.Sharding;

/// <summary>A scope in which <see cref="System.Threading.Thread.Interrupt"/> does not end any wait of its thread for a
/// shard's lock. It protects operations of several steps, which an exception would leave half done. A pending
/// interruption is delivered at the first blocking call after the scope.</summary>
internal readonly ref struct InterruptDeferral : IDisposable
{
    private readonly ThreadState _thread;

    public InterruptDeferral(ThreadState thread)
    {
        _thread = thread;
        thread.DeferInterrupts();
    }

    /// <summary>Begins a scope for the calling thread.</summary>
    public static InterruptDeferral Begin() => new(ThreadState.Current);

    public void Dispose() => _thread.ResumeInterrupts();
}

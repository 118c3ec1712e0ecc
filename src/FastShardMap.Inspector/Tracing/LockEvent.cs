namespace FastShardMap.Inspector.Tracing;

/// <summary>A contention event of the library: a thread found a lock taken, has acquired it, or has given up.</summary>
/// <param name="Time">The time since the start of the trace.</param>
/// <param name="Owner">At a start, the managed id of the lock's owner; 0 if the lock was just being released.</param>
/// <param name="Waited">At a stop, how long the thread waited.</param>
/// <param name="Stack">The calls that led into the library.</param>
internal sealed record LockEvent(
    TimeSpan Time,
    bool IsStart,
    ulong Map,
    int Shard,
    int Owner,
    int Waiter,
    bool Entered,
    TimeSpan Waited,
    CallStack Stack);

namespace FastShardMap.Inspector.Tracing;

/// <summary>A contention event of the library: a thread has found a lock taken, or has it, or has given up.</summary>
/// <param name="Time">Since the start of the trace.</param>
/// <param name="Owner">Managed id of the lock's owner at a start; 0 if it was just being released.</param>
/// <param name="Waited">How long, at a stop.</param>
/// <param name="Stack">Where the thread called the library.</param>
internal sealed record LockEvent(
    TimeSpan Time, bool IsStart, ulong Map, int Shard, int Owner, int Waiter, bool Entered, TimeSpan Waited, CallStack Stack);

using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>Listener for shard events; usually null. The layer above sets it, because this layer cannot refer to that
/// one. The listener is checked only where time is already being lost (a lock that is taken, a read that failed), or
/// once per many operations (a migration). The paths of undisturbed reads and writes contain no check.</summary>
/// <remarks>Listeners run on the thread that performs the operation, mostly under the shard's lock, while all versions
/// and generations are even. They may read the map and must not do anything else with it.</remarks>
internal abstract unsafe class ShardEvents
{
    public static ShardEvents? Listener { get; set; }

    /// <summary>Whether read retries are counted. Readers write to shared memory only if this is set.</summary>
    public static bool CountsReadRetries { get; set; }

    /// <summary>A thread has found the lock taken. The owner is 0 if the lock was released in the meantime.</summary>
    public abstract void ContentionStart(WriteSide* side, int ownerId, int waiterId);

    /// <summary>The thread has taken the lock, or has given up.</summary>
    public abstract void ContentionStop(WriteSide* side, int waiterId, bool entered, long waitNanoseconds);

    public abstract void MigrationStart(WriteSide* side, ulong previousGroups, ulong currentGroups);

    /// <summary>A migration has ended, because all groups were moved, or because Clear or Dispose has dropped both
    /// tables.</summary>
    public abstract void MigrationStop(WriteSide* side, ulong previousGroups, bool completed);

    /// <summary>A read was disturbed too often and has taken the lock.</summary>
    public abstract void ReadFallback(WriteSide* side, int threadId);
}

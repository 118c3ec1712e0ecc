using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>
/// Who wants to hear of what happens in shards; nobody, as a rule. The layer on top sets the listener, because this one
/// cannot know it. Asked only where time is being lost already (a lock that is taken, a read that failed) or once in many
/// operations (a migration): the paths of undisturbed reads and writes do not contain the question.
/// </summary>
/// <remarks>Listeners run on the thread at work, mostly under the shard's lock, while
/// every version and generation is even: they may read the map, and nothing else.</remarks>
internal abstract unsafe class ShardEvents
{
    public static ShardEvents? Listener { get; set; }

    /// <summary>Whether disturbed reads are to be counted. Readers write nothing shared unless it is.</summary>
    public static bool CountsReadRetries { get; set; }

    /// <summary>A thread has found the lock taken. The owner may be 0: released in this moment.</summary>
    public abstract void ContentionStart(WriteSide* side, int ownerId, int waiterId);

    /// <summary>The thread has the lock, or has given up.</summary>
    public abstract void ContentionStop(WriteSide* side, int waiterId, bool entered, long waitNanoseconds);

    public abstract void MigrationStart(WriteSide* side, ulong previousGroups, ulong currentGroups);

    /// <summary>A migration is over: all groups are moved, or Clear or Dispose has dropped both tables.</summary>
    public abstract void MigrationStop(WriteSide* side, ulong previousGroups, bool completed);

    /// <summary>A read was disturbed too often and has taken the lock.</summary>
    public abstract void ReadFallback(WriteSide* side, int threadId);
}

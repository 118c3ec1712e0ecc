using FastShardMap.Memory;

namespace FastShardMap.Synchronization;

/// <summary>The threads that the owners of all <see cref="ChannelShardMap{TKey, TValue}"/>s share. Their number is that
/// of the processors, however many maps and shards there are, and there are none if nothing has been queued for a
/// while. One more is started for each 100 ms in which work is queued and no thread has finished any, because callbacks
/// may wait for other maps, whose owners then need a thread.</summary>
internal static class OwnerThreads
{
    private static readonly WorkThreads s_threads =
        new("FastShardMap shard owner", Math.Max(2, Environment.ProcessorCount), growsWhenStuck: true);

    /// <summary>The threads, for tests.</summary>
    public static WorkThreads Threads => s_threads;

    /// <inheritdoc cref="WorkThreads.TryPost"/>
    public static bool TryPost(IBackgroundWork work) => s_threads.TryPost(work);

    /// <summary>Waits for an answer, even if the thread is interrupted in the meantime: the operation is performed in
    /// any case, so the caller must get its result. The interruption stays pending.</summary>
    public static T Await<T>(Task<T> answer)
    {
        Await((Task)answer);
        return answer.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Await{T}"/>
    public static void Await(Task end) =>
        Uninterruptible.Run(
            end,
            static end => end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult());
}

using FastShardMap.Memory;

namespace FastShardMap.Synchronization;

/// <summary>The threads that the owners of all <see cref="ChannelShardMap{TKey, TValue}"/>s share: as many as
/// processors, however many maps and shards there are, and none while nothing is queued for long. One more is started
/// for each 100 ms in which work is queued and none of them has finished any: callbacks may wait for other maps, whose
/// owners need a thread then.</summary>
internal static class OwnerThreads
{
    private static readonly WorkThreads s_threads =
        new("FastShardMap shard owner", Math.Max(2, Environment.ProcessorCount), growsWhenStuck: true);

    /// <summary>The threads, for tests.</summary>
    public static WorkThreads Threads => s_threads;

    /// <inheritdoc cref="WorkThreads.TryPost"/>
    public static bool TryPost(IBackgroundWork work) => s_threads.TryPost(work);

    /// <summary>Waits for an answer, even if the thread is interrupted meanwhile: the operation happens in any case, so
    /// its caller must hear of it. The interruption stays pending.</summary>
    public static T Await<T>(Task<T> answer)
    {
        Await((Task)answer);
        return answer.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Await{T}"/>
    public static void Await(Task end) =>
        Uninterruptible.Run(end, static end => end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult());
}

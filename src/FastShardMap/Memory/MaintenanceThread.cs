namespace FastShardMap.Memory;

/// <summary>The one background thread of the process that does what no request should pay for: memory that goes back.</summary>
internal static class MaintenanceThread
{
    // The work is shallow; the default stack of 1.5 MiB and more would be the largest thing the library holds.
    private const int StackBytes = 256 * 1024;

    private static readonly WorkThreads s_threads = new("FastShardMap maintenance", limit: 1, StackBytes);

    /// <inheritdoc cref="WorkThreads.IdleLimit"/>
    public static TimeSpan IdleLimit
    {
        get => s_threads.IdleLimit;
        set => s_threads.IdleLimit = value;
    }

    /// <inheritdoc cref="WorkThreads.Failures"/>
    public static long Failures => s_threads.Failures;

    /// <summary>Whether the thread exists at the moment.</summary>
    public static bool IsRunning => s_threads.Count != 0;

    /// <inheritdoc cref="WorkThreads.TryPost"/>
    public static bool TryPost(IBackgroundWork work) => !FaultInjection.FailsPost() && s_threads.TryPost(work);
}

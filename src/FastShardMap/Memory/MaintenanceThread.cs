namespace FastShardMap.Memory;

/// <summary>The background thread of the process that gives memory back, so that no operation has to pay for
/// it.</summary>
internal static class MaintenanceThread
{
    // The work needs little stack. The default of 1.5 MiB or more would be the largest object that the library owns.
    private const int StackBytes = 256 * 1024;

    private static readonly WorkThreads s_threads = new(
        "FastShardMap maintenance", limit: 1, StackBytes, due: static isIdle => ReadyMemory.Due(isIdle));

    /// <inheritdoc cref="WorkThreads.IdleLimit"/>
    public static TimeSpan IdleLimit
    {
        get => s_threads.IdleLimit;
        set => s_threads.IdleLimit = value;
    }

    /// <inheritdoc cref="WorkThreads.Failures"/>
    public static long Failures => s_threads.Failures;

    /// <summary>Whether the thread currently exists.</summary>
    public static bool IsRunning => s_threads.Count != 0;

    /// <inheritdoc cref="WorkThreads.TryPost"/>
    public static bool TryPost(IBackgroundWork work) => !FaultInjection.FailsPost() && s_threads.TryPost(work);
}

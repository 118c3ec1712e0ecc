using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>Sets how long the maintenance thread waits for work, until the object is disposed. A thread that waits
/// already begins to wait anew.</summary>
internal sealed class MaintenanceIdleLimit : IDisposable
{
    private readonly TimeSpan _before = MaintenanceThread.IdleLimit;

    public MaintenanceIdleLimit(TimeSpan limit) => Set(limit);

    public void Dispose() => Set(_before);

    /// <summary>Waits until the thread has had this number of turns.</summary>
    public static void AwaitTurns(int turns)
    {
        for (int turn = 0; turn < turns; turn++)
        {
            using ManualResetEventSlim done = new();
            Assert.True(MaintenanceThread.TryPost(new Marker(done)));
            Assert.True(done.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }
    }

    private static void Set(TimeSpan limit)
    {
        MaintenanceThread.IdleLimit = limit;
        AwaitTurns(1);
    }

    private sealed class Marker(ManualResetEventSlim done) : IBackgroundWork
    {
        public void Run() => done.Set();
    }
}

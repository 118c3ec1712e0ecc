using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

[Collection(SerialTests.Name)]
public sealed class MaintenanceThreadTests
{
    [Fact]
    public void TryPost_WorkThatThrows_DoesNotStopTheNext()
    {
        long failures = MaintenanceThread.Failures;
        using ManualResetEventSlim done = new();
        Assert.True(
            MaintenanceThread.TryPost(new Work(static () => throw new InvalidOperationException("On purpose."))));
        Assert.True(MaintenanceThread.TryPost(new Work(done.Set)));
        Assert.True(done.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.Equal(failures + 1, MaintenanceThread.Failures);
    }

    [Fact]
    public void TryPost_AfterTheThreadEnded_StartsItAgain()
    {
        TimeSpan limit = MaintenanceThread.IdleLimit;
        MaintenanceThread.IdleLimit = TimeSpan.FromMilliseconds(20);
        for (int round = 0; round < 2; round++)
        {
            using ManualResetEventSlim done = new();
            Assert.True(MaintenanceThread.TryPost(new Work(done.Set)));
            Assert.True(done.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            Assert.True(SpinWait.SpinUntil(static () => !MaintenanceThread.IsRunning, TimeSpan.FromMinutes(1)));
        }

        MaintenanceThread.IdleLimit = limit;
    }

    private sealed class Work(Action action) : IBackgroundWork
    {
        public void Run() => action();
    }
}

using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Synchronization;

/// <summary>
/// A write with a deadline allocates nothing, whether it has the lock at once or waits for it to the end.
/// </summary>
public sealed class DeadlineAllocationTests
{
    [Fact]
    public void TryUpdate_LockFreeOrHeld_AllocatesNothing()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        Allocation.AssertNone(() => map.TryUpdate(1, 1, 1, TimeSpan.FromSeconds(1)));

        using ManualResetEventSlim held = new();
        using ManualResetEventSlim release = new();
        Thread holder = new(() => map.GetOrAdd(2, key =>
        {
            held.Set();
            release.Wait();
            return key;
        }));
        holder.Start();
        held.Wait();
        Assert.Equal(DeadlineResult.TimedOut, map.TryUpdate(1, 1, 1, TimeSpan.FromMilliseconds(5)));
        Allocation.AssertNone(() => map.TryUpdate(1, 1, 1, TimeSpan.FromMilliseconds(5)));
        release.Set();
        holder.Join();
    }
}

using System.Diagnostics;
using FastShardMap.Layout;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Synchronization;

/// <summary>Writes with a limit, against a holder of the lock that is stuck: a callback that waits.</summary>
public unsafe class DeadlineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    [Fact]
    public void Writes_LockFree_AreAsWithoutALimit()
    {
        using ShardMap<int, int> map = new();
        foreach (TimeSpan timeout in new[] { TimeSpan.Zero, Short, Timeout.InfiniteTimeSpan })
        {
            Assert.Equal(DeadlineResult.Done, map.TryAdd(1, 10, timeout));
            Assert.Equal(DeadlineResult.NotApplicable, map.TryAdd(1, 11, timeout));
            Assert.Equal(DeadlineResult.Done, map.TrySet(1, 12, timeout));
            Assert.Equal(DeadlineResult.NotApplicable, map.TryUpdate(1, 14, 13, timeout));
            Assert.Equal(DeadlineResult.Done, map.TryUpdate(1, 14, 12, timeout));
            Doubler doubler = default;
            Assert.Equal(DeadlineResult.Done, map.TryUpdate(1, ref doubler, timeout));
            Assert.Equal(DeadlineResult.NotApplicable, map.TryUpdate(2, ref doubler, timeout));
            Assert.Equal(1, doubler.Calls);
            Assert.Equal(DeadlineResult.Done, map.TryRemove(1, out int value, timeout));
            Assert.Equal(28, value);
            Assert.Equal(DeadlineResult.NotApplicable, map.TryRemove(1, out value, timeout));
            Assert.Equal(0, value);
        }
    }

    [Fact]
    public void Writes_LockHeldByAStuckCallback_TimeOutAndNeverHappen()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        (map[1], map[2]) = (1, 2);
        using (new StuckHolder(map))
        {
            Doubler doubler = default;
            AssertTimesOut(timeout => map.TryAdd(3, 3, timeout));
            AssertTimesOut(timeout => map.TrySet(1, 9, timeout));
            AssertTimesOut(timeout => map.TryUpdate(1, 9, 1, timeout));
            AssertTimesOut(timeout => map.TryUpdate(1, ref doubler, timeout));
            AssertTimesOut(timeout => map.TryRemove(2, out _, timeout));
            Assert.Equal(0, doubler.Calls);
            Assert.Equal(1, map[1]); // reads go on
        }

        Thread.Sleep(50); // a late write would come now
        Assert.Equal(
            [(1, 1), (2, 2), (StuckHolder.Key, 7)],
            map.OrderBy(item => item.Key).Select(item => (item.Key, item.Value)));
    }

    [Fact]
    public void Writes_Canceled_EndSoonAndNeverHappen()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using (new StuckHolder(map))
        {
            foreach (TimeSpan timeout in new[] { Long, Timeout.InfiniteTimeSpan })
            {
                Stopwatch watch = Stopwatch.StartNew();
                using CancellationTokenSource source = new(Short);
                Assert.Equal(DeadlineResult.Canceled, map.TryAdd(3, 3, timeout, source.Token));
                Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(10), Long);
                Assert.Equal(DeadlineResult.Canceled, map.TryRemove(1, out _, timeout, source.Token)); // already
            }
        }

        Thread.Sleep(50);
        Assert.Equal(2, map.Count);
        Assert.Equal(1, map[1]);
        using CancellationTokenSource before = new();
        before.Cancel();
        Assert.Equal(DeadlineResult.Canceled, map.TrySet(1, 9, Timeout.InfiniteTimeSpan, before.Token));
        Assert.Equal(1, map[1]);
    }

    [Fact]
    public void Writes_LockReleasedInTime_Happen()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        using CancellationTokenSource source = new();
        Task<DeadlineResult>[] waiting;
        using (new StuckHolder(map))
        {
            waiting =
            [
                Task.Factory.StartNew(() => map.TryAdd(1, 1, Long), TaskCreationOptions.LongRunning),
                Task.Factory.StartNew(() => map.TryAdd(2, 2, Long, source.Token), TaskCreationOptions.LongRunning),
                Task.Factory.StartNew(
                    () => map.TryAdd(3, 3, Timeout.InfiniteTimeSpan, source.Token), TaskCreationOptions.LongRunning),
            ];
            Thread.Sleep(100);
            Assert.All(waiting, task => Assert.False(task.IsCompleted));
        }

        Assert.All(waiting, task => Assert.Equal(DeadlineResult.Done, task.Result));
        Assert.Equal(4, map.Count);
    }

    /// <summary>Those who give up must not take others' wake-ups with them.</summary>
    [Fact]
    public void Writes_ManyWaitersSomeCanceled_AllEnd()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int round = 0; round < 10; round++)
        {
            map.Clear();
            using CancellationTokenSource source = new();
            Task<DeadlineResult>[] waiting;
            using (new StuckHolder(map))
            {
                waiting = [.. Enumerable.Range(0, 6).Select(index => Task.Factory.StartNew(
                    () => index % 2 == 0 ? map.TryAdd(index, 1, Long, source.Token) : map.TryAdd(index, 1, Long),
                    TaskCreationOptions.LongRunning))];
                Thread.Sleep(20);
                source.Cancel();
            }

            Assert.True(Task.WaitAll(waiting, Long));
            for (int index = 0; index < waiting.Length; index++)
            {
                bool added = waiting[index].Result == DeadlineResult.Done;
                Assert.True(added || (index % 2 == 0 && waiting[index].Result == DeadlineResult.Canceled));
                Assert.Equal(added, map.ContainsKey(index));
            }
        }
    }

    [Fact]
    public void Writes_NotContended_AllocateNothing()
    {
        using ShardMap<int, int> map = new(1000);
        using CancellationTokenSource source = new();
        Allocation.AssertNone(() =>
        {
            for (int round = 0; round < 100; round++)
            {
                map.TryAdd(round, 1, Long, source.Token);
                map.TrySet(round, 2, Long, source.Token);
                map.TryUpdate(round, 3, 2, Long, source.Token);
                map.TryRemove(round, out _, Long, source.Token);
            }
        });
    }

    [Fact]
    public void Writes_BadArgumentsOrState_Throw()
    {
        ShardMap<int, int> map = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => map.TryAdd(1, 1, TimeSpan.FromMilliseconds(-2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.TrySet(1, 1, TimeSpan.FromDays(30)));
        Assert.Throws<InvalidOperationException>(() => map.GetOrAdd(1, _ => (int)map.TryAdd(2, 1, Short)));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryAdd(1, 1, Short));
        Assert.Throws<ObjectDisposedException>(
            () => map.TryRemove(1, out _, Short, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Writes_MapDisposedWhileWaiting_Throw()
    {
        ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        Task disposing;
        Task<DeadlineResult> waiting;
        using (new StuckHolder(map))
        {
            // In this order, so that the write has not seen at its beginning that the map is disposed.
            waiting = Task.Factory.StartNew(() => map.TryAdd(1, 1, 2 * Long), TaskCreationOptions.LongRunning);
            Assert.True(SpinWait.SpinUntil(() => IsAwaited(map), Long));
            disposing = Task.Factory.StartNew(map.Dispose, TaskCreationOptions.LongRunning);
            Assert.True(SpinWait.SpinUntil(() => map.Shards.IsDisposed, Long));
        }

        disposing.Wait();
        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => waiting.Result).InnerException);
    }

    private static void AssertTimesOut(Func<TimeSpan, DeadlineResult> write)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(DeadlineResult.TimedOut, write(Short));
        Assert.InRange(watch.Elapsed, Short - TimeSpan.FromMilliseconds(16), Long);
        Assert.Equal(DeadlineResult.TimedOut, write(TimeSpan.Zero));
    }

    // Whether a thread is parked for the only shard's lock.
    private static bool IsAwaited(ShardMap<int, int> map) =>
        new LockWord(Volatile.Read(ref map.Shards.Header->WriteSides[0].Lock)).HasWaiters;

    private struct Doubler : IValueUpdater<int>
    {
        public int Calls { get; private set; }

        public void Update(ref int value)
        {
            value *= 2;
            Calls++;
        }
    }

    /// <summary>Holds the only shard's lock, inside a factory, until it is disposed; then adds its key.</summary>
    private sealed class StuckHolder : IDisposable
    {
        public const int Key = 1000;
        private readonly ManualResetEventSlim _release = new();
        private readonly Thread _thread;

        public StuckHolder(ShardMap<int, int> map)
        {
            using ManualResetEventSlim entered = new();
            _thread = new Thread(() => map.GetOrAdd(Key, _ =>
            {
                entered.Set();
                _release.Wait();
                return 7;
            }));
            _thread.Start();
            entered.Wait();
        }

        public void Dispose()
        {
            _release.Set();
            _thread.Join();
            _release.Dispose();
        }
    }
}

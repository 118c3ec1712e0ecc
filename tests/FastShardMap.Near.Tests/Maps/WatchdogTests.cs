using FastShardMap.Near.Engine;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Maps;

[Collection(Exclusive.Name)]
public sealed class WatchdogTests
{
    private readonly object _gate = new();
    private bool _isOver;
    private int _ticks;

    /// <summary>The program blocks all threads of the pool, so no timer's callback runs. A hit by this epoch does not
    /// read the clock: only another thread can end it.</summary>
    [Fact]
    public Task QuickEpoch_LeaseEndsWhileThePoolIsBlocked_IsZero() => Task.Factory.StartNew(
        EndWithoutPool, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void EndWithoutPool()
    {
        ThreadPool.GetMinThreads(out int least, out _);
        ThreadPool.GetMaxThreads(out int most, out int ports);
        Lease lease = new(TimeSpan.FromMilliseconds(200), isExact: false, countsHits: false, needsTable: false);
        using Timer timer = new(_ => Interlocked.Increment(ref _ticks), null, dueTime: 1, period: 1);
        try
        {
            int limit = Math.Max(least, Environment.ProcessorCount);
            Assert.True(ThreadPool.SetMaxThreads(limit, ports));
            for (int blocker = limit + ThreadPool.ThreadCount; blocker >= 0; blocker--)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static test => test.Block(), this, preferLocal: false);
            }

            Watchdog.Add(lease);
            long started = Environment.TickCount64;
            while (!EndsWithoutTicks(lease, started))
            {
                // The pool was not blocked yet.
            }

            Assert.NotEqual(0, lease.ArmedEpoch);
            Assert.Equal(NearSuspension.LeaseExpired, lease.Reason);
        }
        finally
        {
            Watchdog.Remove(lease);
            ThreadPool.SetMaxThreads(most, ports);
            lock (_gate)
            {
                _isOver = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Grants a lease and waits until it ends.</summary>
    /// <returns>Whether no callback of a timer has run meanwhile.</returns>
    private bool EndsWithoutTicks(Lease lease, long started)
    {
        int ticks = Volatile.Read(ref _ticks);
        do
        {
            lease.Arm([Environment.TickCount64]); // again if this thread is stopped for as long as the lease lasts
        }
        while (lease.QuickEpoch == 0);

        while (lease.QuickEpoch != 0)
        {
            Assert.True(Environment.TickCount64 - started < 60_000, "No lease ends while the pool is blocked.");
            Thread.Sleep(1);
        }

        return ticks == Volatile.Read(ref _ticks);
    }

    private void Block()
    {
        lock (_gate)
        {
            while (!_isOver)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}

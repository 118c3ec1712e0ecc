using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;
using ThreadState = FastShardMap.Sharding.ThreadState;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// What a lock and an exclusive phase refuse, and a sleep that is re-entered, with one thread or two in a fixed order.
/// </summary>
public sealed unsafe class ShardLockTests
{
    /// <summary>
    /// A thread that waits for its own lock waits forever. An event listener under the lock could do that.
    /// </summary>
    [Fact]
    public void Enter_ByTheOwner_ThrowsInsteadOfWaiting()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        WriteSide* side = map.Shards.Header->WriteSides;
        ThreadState thread = ThreadState.Current;
        ShardLock.Enter(side, thread);
        try
        {
            Assert.Throws<InvalidOperationException>(() => ShardLock.TryEnter(side, thread, timeoutMilliseconds: 0));
        }
        finally
        {
            ShardLock.Exit(side);
        }

        map[1] = 1;
        GC.KeepAlive(map);
    }

    [Fact]
    public void ExclusivePhase_OtherThreads_AreToldInsteadOfWaiting()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using (ShardMapExclusive<ulong, ulong, DefaultHasher<ulong>> exclusive = map.EnterExclusive())
        {
            for (ulong key = 2; key < 100; key++)
            {
                Assert.IsType<InvalidOperationException>(OfAnotherThread(() => map.TryGetValue(1, out _)));
                Assert.IsType<InvalidOperationException>(OfAnotherThread(() => map.TrySet(1, 2, TimeSpan.Zero)));
                exclusive[key] = key; // each growth opens the view for a moment
            }
        }

        Assert.Null(OfAnotherThread(() => map[1] = 2));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(map.EnterExclusive);
    }

    /// <summary>
    /// A thread that sleeps in a parking lot has one place in one queue. What can run in its sleep: the message pump of
    /// a single-threaded apartment, and what a synchronization context does when it is told of the wait.
    /// </summary>
    [Fact]
    public void Park_ReenteredFromItsOwnSleep_KeepsItsPlaceInTheQueue()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        WriteSide* side = map.Shards.Header->WriteSides;
        map[1] = 1;
        List<bool> places = [];
        using ManualResetEventSlim asleep = new();
        Thread waiter = new(() =>
        {
            ThreadState thread = ThreadState.Current;
            SynchronizationContext.SetSynchronizationContext(new TalkativeContext(() =>
            {
                Assert.Equal(DeadlineResult.TimedOut, map.TrySet(1, 3, TimeSpan.FromMilliseconds(1)));
                places.Add(thread.WaitingFor == &side->Lock);
                asleep.Set();
            }));
            map[1] = 2;
        });
        ShardLock.Enter(side, ThreadState.Current);
        waiter.Start();
        asleep.Wait();
        ShardLock.Exit(side);
        waiter.Join();

        Assert.All(places, Assert.True);
        Assert.NotEmpty(places);
        Assert.Equal(2UL, map[1]);
    }

    /// <summary>A waiter can be woken at the moment at which it gives up. The wake-up is for the next waiter then,
    /// which would otherwise sleep although the lock is free.</summary>
    [Fact]
    public void Park_InterruptedWhenItWasJustWoken_PassesTheWakeUpOn()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        WriteSide* side = map.Shards.Header->WriteSides;
        ThreadState first = ThreadState.Current;
        ThreadState? second = null;
        Thread next = new(() =>
        {
            second = ThreadState.Current;
            ParkingLot.Park(&side->Lock, second, Timeout.Infinite, CancellationToken.None);
        });
        FaultInjection.Wait = () =>
        {
            FaultInjection.Wait = null;
            next.Start();
            Assert.True(
                SpinWait.SpinUntil(() => second is not null && second.WaitingFor != null, TimeSpan.FromSeconds(60)));
            ParkingLot.WakeOne(&side->Lock);
            throw new ThreadInterruptedException();
        };
        ShardLock.Enter(side, first); // a thread parks only for a lock that is taken; the owner does not matter here
        try
        {
            Assert.Throws<ThreadInterruptedException>(
                () => ParkingLot.Park(&side->Lock, first, Timeout.Infinite, CancellationToken.None));
            bool isPassedOn = second!.Woken;
            if (!isPassedOn)
            {
                ParkingLot.WakeOne(&side->Lock);
            }

            next.Join();
            Assert.True(
                isPassedOn, "A wake-up is lost: the waiter that got it has given up, and the next one sleeps on.");
        }
        finally
        {
            FaultInjection.Wait = null;
            ShardLock.Exit(side);
            GC.KeepAlive(map);
        }
    }

    /// <summary>
    /// A thread may have released the first lock before it parked for the second: no deadlock. What tells is that it
    /// was not awake between two looks.
    /// </summary>
    [Fact]
    public void ThrowIfDeadlocked_CycleOfThreadsThatMoveOn_IsNone()
    {
        using ShardMap<ulong, ulong> mine = new(new ShardMapOptions { ShardCount = 1 });
        using ShardMap<ulong, ulong> theirs = new(new ShardMapOptions { ShardCount = 1 });
        ThreadState me = ThreadState.Current;
        ThreadState? other = null;
        Thread thread = new(() =>
        {
            other = ThreadState.Current;
            mine[1] = 1;
        });
        WriteSide* side = theirs.Shards.Header->WriteSides;
        ShardLock.Enter(mine.Shards.Header->WriteSides, me);
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => other is not null && other.WaitingFor != null, TimeSpan.FromSeconds(60)));
        side->Lock = other!.LockWord.Word; // as if it had that lock, and waited for mine
        try
        {
            // It parks anew now and then, to look for deadlocks itself: until both looks fall into one of its waits.
            Look still = new(() => { });
            Assert.True(
                SpinWait.SpinUntil(() => still.Throws(side, me), TimeSpan.FromSeconds(60)), "A deadlock is not seen.");

            Look moving = new(() => other.Parks++);
            Assert.True(
                SpinWait.SpinUntil(() => moving.Throws(side, me) || moving.Count == 2, TimeSpan.FromSeconds(60)));
            Assert.Equal(2, moving.Count);
            Assert.False(moving.HasThrown, "Two waits of a thread are taken for one.");
        }
        finally
        {
            side->Lock = 0;
            ShardLock.Exit(mine.Shards.Header->WriteSides);
            thread.Join();
        }
    }

    private static Exception? OfAnotherThread(Action action)
    {
        Exception? exception = null;
        Thread thread = new(() => exception = Record.Exception(action));
        thread.Start();
        thread.Join();
        return exception;
    }

    /// <summary>Looks for a deadlock, and does something between the first look and the second.</summary>
    private sealed class Look(Action between) : ISchedule
    {
        public int Count { get; private set; }

        public bool HasThrown { get; private set; }

        public bool Throws(WriteSide* side, ThreadState thread)
        {
            Count = 0;
            SchedulePoint.Schedule = this;
            HasThrown = Record.Exception(() => ShardLock.ThrowIfDeadlocked(side, thread)) is not null;
            SchedulePoint.Schedule = null;
            return HasThrown;
        }

        public void Before(string step)
        {
            if (step == "what the owner waits for" && ++Count == 2)
            {
                between();
            }
        }

        public void BeforeRead(void* address, int bytes, string step)
        {
        }
    }

    /// <summary>Does something first whenever the thread is about to sleep.</summary>
    private sealed class TalkativeContext : SynchronizationContext
    {
        private readonly Action _act;
        private bool _inside;

        public TalkativeContext(Action act)
        {
            _act = act;
            SetWaitNotificationRequired();
        }

        public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
        {
            if (!_inside)
            {
                _inside = true;
                _act();
                _inside = false;
            }

            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>Puts threads to sleep until a lock word is released. The queues are in a fixed number of buckets, selected
/// by the address of the word, so that a lock is a single word and costs nothing while no thread waits for
/// it.</summary>
/// <remarks>Wake-ups are never lost. A thread parks only after it has set the waiters bit while holding the bucket, and
/// the unlocking thread that sees the bit takes the same bucket before it looks for sleepers. A woken thread does one
/// of three things: it takes the lock and leaves the waiters bit set, because others may still be queued; it parks
/// again, which sets the bit; or it gives up and passes the wake-up on.</remarks>
internal static unsafe class ParkingLot
{
    private const int BucketCount = 64;
    private static readonly Bucket[] s_buckets = CreateBuckets();

    /// <summary>Sleeps until the lock is released, the time is up, or the wait is canceled. A canceler must set the
    /// event of the thread.</summary>
    /// <returns><see langword="false"/> if the time is up or the wait was canceled; the thread is then no longer
    /// queued.</returns>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted, and is no longer queued.</exception>
    public static bool Park(int* word, ThreadState thread, int timeoutMilliseconds, CancellationToken cancellationToken)
    {
        if (thread.IsParked)
        {
            // The thread re-entered this method from its own sleep (a message pump, SynchronizationContext.Wait). It is
            // already queued, and it can be in one queue only.
            UninterruptibleSpin spin = default;
            spin.Once();
            spin.End();
            return false;
        }

        Bucket bucket = BucketOf(word);
        bucket.Enter();
        if (!TrySetWaitersBit(word))
        {
            bucket.Exit();
            return true;
        }

        thread.Woken = false;
        thread.WaitingFor = word;
        thread.Parks++;
        bucket.Enqueue(thread);
        bucket.Exit();

        bool signalled = false;
        thread.IsParked = true;
        try
        {
            signalled = Sleep(bucket, thread, timeoutMilliseconds, cancellationToken);
        }
        finally
        {
            thread.IsParked = false;
            if (!signalled)
            {
                GiveUp(bucket, word, thread);
            }
        }

        return signalled;
    }

    /// <summary>Wakes one thread that waits for the lock.</summary>
    public static void WakeOne(int* word)
    {
        Bucket bucket = BucketOf(word);
        bucket.Enter();
        ThreadState? thread = bucket.Dequeue(word);
        if (thread is not null)
        {
            thread.WaitingFor = null;
            thread.Woken = true;
        }

        bucket.Exit();
        thread?.Wakeup.Set();
    }

    /// <summary>Gets the owner of the lock that a thread is parked for, and the number of that wait.</summary>
    /// <remarks>The word is read while its bucket is held and the thread is still queued. The thread is therefore
    /// inside an operation, so the map that contains the word has not been released.</remarks>
    public static bool TryGetAwaitedOwner(ThreadState thread, out int ownerId, out int park)
    {
        (ownerId, park) = (0, 0);
        SchedulePoint.Before("what the owner waits for");
        int* word = thread.WaitingFor;
        if (word is null)
        {
            return false;
        }

        Bucket bucket = BucketOf(word);
        bucket.Enter();
        bool waits = thread.WaitingFor == word;
        if (waits)
        {
            ownerId = ShardLock.OwnerOf(word);
            park = thread.Parks;
        }

        bucket.Exit();
        return waits;
    }

    private static bool Sleep(
        Bucket bucket, ThreadState thread, int timeoutMilliseconds, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + timeoutMilliseconds;
        int remaining = timeoutMilliseconds;
        while (true)
        {
            bool set = TryAwaitWakeup(thread, remaining, out bool interrupted);
            bucket.Enter();
            bool woken = thread.Woken;
            bucket.Exit();
            if (woken || !(set || interrupted) || cancellationToken.IsCancellationRequested)
            {
                return woken;
            }

            // The signal is left over from an earlier wait that gave up, or the interruption is deferred.
            if (timeoutMilliseconds != Timeout.Infinite)
            {
                remaining = (int)Math.Max(0, deadline - Environment.TickCount64);
            }
        }
    }

    /// <returns>Whether the event was set in time; <see langword="false"/> also if the wait was interrupted.</returns>
    private static bool TryAwaitWakeup(ThreadState thread, int timeoutMilliseconds, out bool interrupted)
    {
        interrupted = false;
        try
        {
            FaultInjection.BeforeWait();
            return thread.Wakeup.WaitOne(timeoutMilliseconds);
        }
        catch (ThreadInterruptedException) when (thread.DefersInterrupts)
        {
            thread.RememberInterrupt();
            interrupted = true;
            return false;
        }
    }

    private static void GiveUp(Bucket bucket, int* word, ThreadState thread)
    {
        bucket.Enter();
        bool woken = thread.Woken;
        if (!woken)
        {
            bucket.Remove(thread);
            thread.WaitingFor = null;
        }

        bucket.Exit();
        if (woken)
        {
            WakeOne(word);
        }
    }

    private static bool TrySetWaitersBit(int* word)
    {
        while (true)
        {
            LockWord seen = new(Volatile.Read(ref *word));
            if (seen.IsFree)
            {
                return false;
            }

            if (seen.HasWaiters
                || Interlocked.CompareExchange(ref *word, seen.WithWaiters().Word, seen.Word) == seen.Word)
            {
                return true;
            }
        }
    }

    private static Bucket BucketOf(int* word) =>
        s_buckets[(int)(((ulong)word * 0x9E3779B97F4A7C15UL) >> 58)]; // golden ratio: spreads consecutive lines evenly

    private static Bucket[] CreateBuckets()
    {
        Bucket[] buckets = new Bucket[BucketCount];
        for (int i = 0; i < buckets.Length; i++)
        {
            buckets[i] = new Bucket();
        }

        return buckets;
    }

    /// <summary>A queue under a spin lock. The lock has no interruptible wait, because an unlock must not
    /// fail.</summary>
    private sealed class Bucket
    {
        private const int SpinsBeforeYield = 6; // the lock is held for a few loads and stores
        private Padded _lock;
        private ThreadState? _first;
        private ThreadState? _last;

        public void Enter()
        {
            // Not SpinWait: it sleeps from time to time even if its sleep threshold is disabled, and an interruption
            // would end that sleep with an exception.
            for (int attempt = 0; Interlocked.CompareExchange(ref _lock.Value, 1, 0) != 0; attempt++)
            {
                if (attempt < SpinsBeforeYield && Environment.ProcessorCount > 1)
                {
                    Thread.SpinWait(1 << attempt);
                }
                else
                {
                    Thread.Yield();
                }
            }
        }

        public void Exit() => Volatile.Write(ref _lock.Value, 0);

        public void Enqueue(ThreadState thread)
        {
            thread.NextParked = null;
            if (_last is null)
            {
                _first = thread;
            }
            else
            {
                _last.NextParked = thread;
            }

            _last = thread;
        }

        public ThreadState? Dequeue(int* word)
        {
            for (ThreadState? thread = _first; thread is not null; thread = thread.NextParked)
            {
                if (thread.WaitingFor == word)
                {
                    Remove(thread);
                    return thread;
                }
            }

            return null;
        }

        public void Remove(ThreadState thread)
        {
            ThreadState? before = null;
            for (ThreadState? t = _first; t is not null; before = t, t = t.NextParked)
            {
                if (!ReferenceEquals(t, thread))
                {
                    continue;
                }

                if (before is null)
                {
                    _first = t.NextParked;
                }
                else
                {
                    before.NextParked = t.NextParked;
                }

                if (ReferenceEquals(_last, t))
                {
                    _last = before;
                }

                t.NextParked = null;
                return;
            }
        }

        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct Padded
        {
            [FieldOffset(128)]
            public int Value;
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>The lock of a shard: one word that contains the owner's thread id. Waiters first spin and then park. The
/// lock is not re-entrant: a second entry by the owner, and a cycle of threads that wait for each other, throw instead
/// of hanging (hazard H19).</summary>
internal static unsafe class ShardLock
{
    /// <summary>Rounds of spinning, about 30 microseconds in all: as long as a write with its migration steps takes, or
    /// about what a wake-up costs. There are no yields, because on a busy machine each one lasts a turn of the
    /// scheduler, 4 ms (decisions/writes.md).</summary>
    private const int SpinsBeforePark = SchedulePoint.IsScheduled ? 0 : 10;

    /// <summary>Yields that together take longer than a wake-up, which takes some tens of microseconds.</summary>
    private const int YieldsToWoken = SchedulePoint.IsScheduled ? 1 : 100;

    /// <summary>How often a parked thread checks whether it is part of a deadlock.</summary>
    private const int DeadlockCheckMilliseconds = 100;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static void Enter(WriteSide* side, ThreadState thread)
    {
        SchedulePoint.Before("lock");

        // [E11, E12] acquire: a full fence between this and the read of a group's version or of all announcements.
        if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0)
        {
            EnterContended(side, thread, Timeout.Infinite, waitForExclusive: false, CancellationToken.None);
        }
    }

    /// <summary>Takes the lock even if the thread is interrupted while it waits; the interruption stays pending. Also
    /// waits for the end of an exclusive phase.</summary>
    public static void EnterUninterrupted(WriteSide* side, ThreadState thread)
    {
        using InterruptDeferral deferral = new(thread);
        SchedulePoint.Before("lock");
        if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0)
        {
            EnterContended(side, thread, Timeout.Infinite, waitForExclusive: true, CancellationToken.None);
        }
    }

    /// <summary>Tries to take the lock, until the time is up or the token is canceled.</summary>
    public static bool TryEnter(
        WriteSide* side, ThreadState thread, int timeoutMilliseconds, CancellationToken cancellationToken = default)
    {
        SchedulePoint.Before("lock");
        return Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) == 0
            || EnterContended(side, thread, timeoutMilliseconds, waitForExclusive: false, cancellationToken);
    }

    /// <summary>Takes the lock if it is free; never waits.</summary>
    public static bool TryEnterAtOnce(WriteSide* side, ThreadState thread) =>
        Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) == 0;

    /// <summary>Releases the lock.</summary>
    /// <returns>Whether a parked thread may have been woken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool Exit(WriteSide* side)
    {
        SchedulePoint.Before("unlock");

        // [E9] full fence: with a release store alone, the owner's next read could pass its own write, and two threads
        // could each insert a key and miss the other's; pairs with the next owner's compare-exchange and with real
        // time.
        if (!new LockWord(Interlocked.Exchange(ref side->Lock, 0)).HasWaiters)
        {
            return false;
        }

        ParkingLot.WakeOne(&side->Lock);
        return true;
    }

    /// <summary>Leaves the lock to the thread that <see cref="Exit"/> has just woken. Threads that reacquire the lock
    /// repeatedly call this to avoid starving the woken waiter, which would always find the lock taken (a write beside
    /// a migration that was being finished for a snapshot waited 28 ms).</summary>
    public static void LeaveToWoken(WriteSide* side)
    {
        for (int attempt = 0; attempt < YieldsToWoken && Volatile.Read(ref side->Lock) == 0; attempt++)
        {
            Thread.Yield();
        }
    }

    /// <summary>Returns whether no thread owns the lock. Called by a thread that has locked a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool IsFree(WriteSide* side)
    {
        SchedulePoint.Before("group owner: shard lock");

        // [E11] writer: after the group is locked; the writes of the last owner come first.
        return Volatile.Read(ref side->Lock) == 0;
    }

    public static bool IsOwnedBy(WriteSide* side, ThreadState thread) =>
        new LockWord(Volatile.Read(ref side->Lock)).OwnerId == thread.Id;

    /// <summary>Returns the managed thread id of the lock's owner, or 0 if the lock is free.</summary>
    public static int OwnerOf(int* word) => new LockWord(Volatile.Read(ref *word)).OwnerId;

    /// <summary>Throws if the map is in an exclusive phase. Threads do not wait for its end, because any other use of
    /// the map during the phase is an error.</summary>
    /// <param name="side">The shard.</param>
    /// <param name="thread">The calling thread.</param>
    /// <param name="verb">What the thread is trying to do to the map.</param>
    /// <exception cref="InvalidOperationException">The map is in an exclusive phase, of another thread or of this
    /// one.</exception>
    public static void ThrowIfExclusive(WriteSide* side, ThreadState thread, string verb)
    {
        int owner = OwnerOf(&side->Lock);
        if (Volatile.Read(ref side->IsExclusive) == 0)
        {
            return;
        }

        throw new InvalidOperationException(owner == thread.Id
            ? $"This thread, {owner}, holds the map exclusively and must use the object that EnterExclusive "
                + $"returned to {verb} it."
            : $"Concurrent use of a map that is held exclusively: thread {thread.Id} tried to {verb} it, and thread "
                + $"{owner} holds it. The last operation of thread {owner} was "
                + $"{ThreadState.ById(owner)?.LastExclusiveOperation ?? "unknown"}.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool EnterContended(
        WriteSide* side,
        ThreadState thread,
        int timeoutMilliseconds,
        bool waitForExclusive,
        CancellationToken cancellationToken)
    {
        if (!waitForExclusive)
        {
            ThrowIfExclusive(side, thread, "write to");
        }

        if (IsOwnedBy(side, thread))
        {
            throw new InvalidOperationException(
                "The key's Equals, the hasher or a callback called back into the map that is running it.");
        }

        long started = Stopwatch.GetTimestamp();
        ShardEvents? listener = ShardEvents.Listener;
        listener?.ContentionStart(side, OwnerOf(&side->Lock), thread.Id);
        bool entered = false;
        try
        {
            entered = TrySpin(side, thread)
                || TryPark(side, thread, timeoutMilliseconds, waitForExclusive, cancellationToken);
            return entered;
        }
        finally
        {
            long waited = Stopwatch.GetElapsedTime(started).Ticks * TimeSpan.NanosecondsPerTick;
            if (entered)
            {
                side->LockWaits++;
                side->LockWaitNanoseconds += waited;
            }

            listener?.ContentionStop(side, thread.Id, entered, waited);
        }
    }

    private static bool TrySpin(WriteSide* side, ThreadState thread)
    {
        for (int attempt = 0; attempt < SpinsBeforePark && Environment.ProcessorCount > 1; attempt++)
        {
            Thread.SpinWait(4 << Math.Min(attempt, 5));
            SchedulePoint.Before("lock again");
            if (Volatile.Read(ref side->Lock) == 0
                && Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryPark(
        WriteSide* side,
        ThreadState thread,
        int timeoutMilliseconds,
        bool waitForExclusive,
        CancellationToken cancellationToken)
    {
        // A cancellation only wakes the sleeper, which then checks the token itself.
        CancellationTokenRegistration wakeUp =
            cancellationToken.UnsafeRegister(static thread => ((ThreadState)thread!).Wakeup.Set(), thread);
        try
        {
            return TryParkUntilCanceled(side, thread, timeoutMilliseconds, waitForExclusive, cancellationToken);
        }
        finally
        {
            // Not Dispose, which waits for a callback that is running; even Unregister may wait for the lock of the
            // token. The shard's lock may be taken by now, so neither may throw. A late signal is harmless, because no
            // thread waits for it.
            if (cancellationToken.CanBeCanceled)
            {
                Uninterruptible.Run(wakeUp, static wakeUp => wakeUp.Unregister());
            }
        }
    }

    private static bool TryParkUntilCanceled(
        WriteSide* side,
        ThreadState thread,
        int timeoutMilliseconds,
        bool waitForExclusive,
        CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + timeoutMilliseconds;
        while (true)
        {
            int slice = DeadlockCheckMilliseconds;
            if (timeoutMilliseconds != Timeout.Infinite)
            {
                slice = (int)Math.Clamp(deadline - Environment.TickCount64, 0, slice);
            }

            bool woken = ParkingLot.Park(&side->Lock, thread, slice, cancellationToken);

            // Set the waiters bit, because other threads may still be queued (see ParkingLot).
            if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.WithWaiters().Word, 0) == 0)
            {
                side->Parks++;
                return true;
            }

            if (woken)
            {
                continue;
            }

            if (cancellationToken.IsCancellationRequested
                || (timeoutMilliseconds != Timeout.Infinite && Environment.TickCount64 >= deadline))
            {
                return false;
            }

            if (!waitForExclusive)
            {
                ThrowIfExclusive(side, thread, "write to");
            }

            ThrowIfDeadlocked(side, thread);
        }
    }

    /// <summary>Follows the chain from the owner to the lock that it is parked for, to the owner of that lock, and so
    /// on, back to this thread. One pass is not enough, because a thread may have released the first lock before it
    /// parked for the second. If the next pass finds the same threads in the same waits, each of them owned its lock
    /// while it was parked, and the cycle is permanent.</summary>
    /// <exception cref="InvalidOperationException">This thread is part of a deadlock.</exception>
    internal static void ThrowIfDeadlocked(WriteSide* side, ThreadState thread)
    {
        ulong cycle = FindCycle(&side->Lock, thread);
        if (cycle != 0 && FindCycle(&side->Lock, thread) == cycle)
        {
            throw new InvalidOperationException(
                "Deadlock: callbacks of two or more maps wait for each other's shards. "
                + "The operation was not performed.");
        }
    }

    /// <returns>0 if there is no cycle; otherwise a number that identifies its threads and their waits.</returns>
    private static ulong FindCycle(int* word, ThreadState thread)
    {
        const int MaxHops = 64;
        const ulong Multiplier = 0x9E3779B97F4A7C15UL;
        ulong cycle = 0;
        int owner = OwnerOf(word);
        for (int hop = 0; hop < MaxHops; hop++)
        {
            cycle = (cycle + (uint)owner) * Multiplier;
            ThreadState? state = ThreadState.ById(owner);
            if (state is null || !ParkingLot.TryGetAwaitedOwner(state, out owner, out int park))
            {
                return 0;
            }

            cycle = (cycle + (uint)park) * Multiplier;
            if (owner == thread.Id)
            {
                return cycle | 1;
            }
        }

        return 0;
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>
/// The lock of a shard: one word with the owner's thread id; spin, then park. Not re-entrant: a second
/// entry by the owner, and a cycle of threads that wait for each other, are exceptions, not hangs (hazard H19).
/// </summary>
internal static unsafe class ShardLock
{
    /// <summary>Rounds of spinning, some 30 microseconds in all: a write with its migration steps, or about what a
    /// wake-up costs. No yields: on a busy machine each is a turn of the scheduler, 4 ms (decisions/writes.md).</summary>
    private const int SpinsBeforePark = SchedulePoint.IsScheduled ? 0 : 10;

    /// <summary>Longer than a wake-up takes: some tens of microseconds.</summary>
    private const int YieldsToWoken = SchedulePoint.IsScheduled ? 1 : 100;

    /// <summary>How often a parked thread looks whether it is part of a deadlock.</summary>
    private const int DeadlockCheckMilliseconds = 100;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static void Enter(WriteSide* side, ThreadState thread)
    {
        SchedulePoint.Before("lock");

        // [E11, E12] acquire: a full fence, between this and the look at a group's holder or at all threads.
        if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0)
        {
            EnterContended(side, thread, Timeout.Infinite, waitForExclusive: false, CancellationToken.None);
        }
    }

    /// <summary>Takes the lock even if the thread is interrupted meanwhile; the interruption stays pending. Waits also
    /// for the end of an exclusive phase.</summary>
    public static void EnterUninterrupted(WriteSide* side, ThreadState thread)
    {
        using InterruptDeferral deferral = new(thread);
        SchedulePoint.Before("lock");
        if (Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) != 0)
        {
            EnterContended(side, thread, Timeout.Infinite, waitForExclusive: true, CancellationToken.None);
        }
    }

    /// <summary>Takes the lock unless it stays taken for the given time, or until the token says so.</summary>
    public static bool TryEnter(
        WriteSide* side, ThreadState thread, int timeoutMilliseconds, CancellationToken cancellationToken = default)
    {
        SchedulePoint.Before("lock");
        return Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) == 0
            || EnterContended(side, thread, timeoutMilliseconds, waitForExclusive: false, cancellationToken);
    }

    /// <summary>Takes the lock if it is free.</summary>
    public static bool TryEnterAtOnce(WriteSide* side, ThreadState thread) =>
        Interlocked.CompareExchange(ref side->Lock, thread.LockWord.Word, 0) == 0;

    /// <summary>Releases the lock.</summary>
    /// <returns>Whether a parked thread may have been woken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool Exit(WriteSide* side)
    {
        SchedulePoint.Before("unlock");

        // [E9] full fence: a release store alone lets the owner's next read pass its own write, and two threads can
        // each insert a key and miss the other's; pairs with the next owner's compare-exchange and with real time.
        if (!new LockWord(Interlocked.Exchange(ref side->Lock, 0)).HasWaiters)
        {
            return false;
        }

        ParkingLot.WakeOne(&side->Lock);
        return true;
    }

    /// <summary>Leaves the lock to the thread that <see cref="Exit"/> has just woken. For who will want it again at once, over
    /// and over: the woken one would find it taken whenever it looks (a write beside a settling snapshot waited 28 ms).</summary>
    public static void LeaveToWoken(WriteSide* side)
    {
        for (int attempt = 0; attempt < YieldsToWoken && Volatile.Read(ref side->Lock) == 0; attempt++)
        {
            Thread.Yield();
        }
    }

    /// <summary>Whether nobody owns the lock, for a thread that has locked a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool IsFree(WriteSide* side)
    {
        SchedulePoint.Before("group owner: shard lock");

        // [E11] writer: after the group is locked; and what the last owner has written comes first.
        return Volatile.Read(ref side->Lock) == 0;
    }

    public static bool IsOwnedBy(WriteSide* side, ThreadState thread) =>
        new LockWord(Volatile.Read(ref side->Lock)).OwnerId == thread.Id;

    /// <summary>The managed thread id of a lock's owner; 0 if there is none.</summary>
    public static int OwnerOf(int* word) => new LockWord(Volatile.Read(ref *word)).OwnerId;

    /// <summary>Refuses to wait for the end of an exclusive phase: who comes now is misusing the map.</summary>
    /// <param name="side">The shard.</param>
    /// <param name="thread">The thread that comes.</param>
    /// <param name="verb">What it wants to do to the map.</param>
    /// <exception cref="InvalidOperationException">The map is in an exclusive phase, of another thread or of this one.</exception>
    public static void ThrowIfExclusive(WriteSide* side, ThreadState thread, string verb)
    {
        int owner = OwnerOf(&side->Lock);
        if (Volatile.Read(ref side->IsExclusive) == 0)
        {
            return;
        }

        throw new InvalidOperationException(owner == thread.Id
            ? $"This thread, {owner}, holds the map exclusively and must use the object that EnterExclusive returned to {verb} it."
            : $"Concurrent use of a map that is held exclusively: thread {thread.Id} wants to {verb} it, and thread {owner} "
                + $"holds it, its last operation being {ThreadState.ById(owner)?.LastExclusiveOperation ?? "unknown"}.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool EnterContended(
        WriteSide* side, ThreadState thread, int timeoutMilliseconds, bool waitForExclusive, CancellationToken cancellationToken)
    {
        if (!waitForExclusive)
        {
            ThrowIfExclusive(side, thread, "write to");
        }

        if (IsOwnedBy(side, thread))
        {
            throw new InvalidOperationException(
                "The key's Equals, the hasher or a callback has called back into the map that is running it.");
        }

        long started = Stopwatch.GetTimestamp();
        ShardEvents? listener = ShardEvents.Listener;
        listener?.ContentionStart(side, OwnerOf(&side->Lock), thread.Id);
        bool entered = false;
        try
        {
            entered = TrySpin(side, thread) || TryPark(side, thread, timeoutMilliseconds, waitForExclusive, cancellationToken);
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
        WriteSide* side, ThreadState thread, int timeoutMilliseconds, bool waitForExclusive, CancellationToken cancellationToken)
    {
        // Wakes the sleeper; what it wakes to is its own question.
        CancellationTokenRegistration wakeUp =
            cancellationToken.UnsafeRegister(static thread => ((ThreadState)thread!).Wakeup.Set(), thread);
        try
        {
            return TryParkUntilCancelled(side, thread, timeoutMilliseconds, waitForExclusive, cancellationToken);
        }
        finally
        {
            // Not Dispose, which waits for a callback that is running; and even this may wait for the token's own lock. The
            // shard's lock may be taken by now, so neither may throw. A signal that comes late is one that nobody waits for.
            if (cancellationToken.CanBeCanceled)
            {
                Uninterruptible.Run(wakeUp, static wakeUp => wakeUp.Unregister());
            }
        }
    }

    private static bool TryParkUntilCancelled(
        WriteSide* side, ThreadState thread, int timeoutMilliseconds, bool waitForExclusive, CancellationToken cancellationToken)
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

            // With the waiters bit, because others may still be queued (see ParkingLot).
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

    /// <summary>Follows owner → lock the owner is parked for → its owner … back to this thread. One look is not enough: a
    /// thread may have released the first lock before it parked for the second. If the next look finds the same threads in
    /// the same waits, each of them owned its lock while it was parked, and that is permanent.</summary>
    /// <exception cref="InvalidOperationException">This thread is part of a deadlock.</exception>
    internal static void ThrowIfDeadlocked(WriteSide* side, ThreadState thread)
    {
        ulong cycle = FindCycle(&side->Lock, thread);
        if (cycle != 0 && FindCycle(&side->Lock, thread) == cycle)
        {
            throw new InvalidOperationException(
                "Deadlock: callbacks of two or more maps wait for each other's shards. The operation was not performed.");
        }
    }

    /// <returns>0 if there is no cycle; otherwise a number that stands for its threads and their waits.</returns>
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

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>The state that the library keeps per thread: one object per thread, shared by all maps.</summary>
internal sealed unsafe class ThreadState
{
    [ThreadStatic]
    private static ThreadState? t_current;

    /// <summary>Indexed by managed thread id, for the deadlock check; ids are small and reused.</summary>
    private static ThreadState?[] s_byId = new ThreadState?[64];
    private static readonly UninterruptibleMonitor s_registration = new();

    private object?[] _callbackOwners = new object?[4];
    private int _interruptDeferrals;
    private bool _interrupted;

    // The word has a line pair of its own, because its thread writes it with every change in place.
    private readonly byte[] _announcementMemory =
        GC.AllocateUninitializedArray<byte>(2 * WriteSide.Bytes, pinned: true);
    private readonly ulong* _announced;

    private ThreadState(int id)
    {
        Id = id;
        nint memory = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_announcementMemory));
        _announced = (ulong*)((memory + (WriteSide.Bytes - 1)) & -WriteSide.Bytes);
        *_announced = 0;
    }

    public static ThreadState Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m; one thread-static access per write
        get => t_current ?? Register();
    }

    /// <summary>An object that keeps the id of the calling thread from being reused, as long as it is
    /// referenced.</summary>
    public static object IdKeeper => Thread.CurrentThread;

    public int Id { get; }

    /// <summary>The name of the thread when it first wrote to a map, for observers.</summary>
    public string? Name { get; } = Thread.CurrentThread.Name;

    /// <summary>The value of a shard's lock word while this thread owns the lock.</summary>
    public LockWord LockWord => LockWord.OwnedBy(Id);

    /// <summary>Number of locks of this thread under which user code is running.</summary>
    public int CallbackDepth { get; private set; }

    /// <summary>The lock this thread is parked for, or null. Written under the lock of the parking bucket.</summary>
    public int* WaitingFor { get; set; }

    /// <summary>How often this thread has parked. Written under the lock of the parking bucket.</summary>
    public int Parks { get; set; }

    /// <summary>Set by the waker, under the lock of the parking bucket.</summary>
    public bool Woken { get; set; }

    /// <summary>Whether the thread sleeps in the parking lot, or runs code that its sleep lets in (a message
    /// pump).</summary>
    public bool IsParked { get; set; }

    /// <summary>The last operation of this thread on a map that it holds exclusively. It appears in the exceptions that
    /// other threads get.</summary>
    public string? LastExclusiveOperation { get; set; }

    /// <summary>The next thread in the queue of the parking bucket.</summary>
    public ThreadState? NextParked { get; set; }

    /// <summary>The event the thread sleeps on. It is created together with this state: if it were created on first
    /// use, the sleeper and a concurrent waker could each create one, and the wake-up would be lost.</summary>
    public AutoResetEvent Wakeup { get; } = new(initialState: false);

    public static ThreadState? ById(int id)
    {
        ThreadState?[] states = Volatile.Read(ref s_byId);
        return (uint)id < (uint)states.Length ? states[id] : null;
    }

    /// <summary>Announces that the thread is about to lock a group of the shard, to change a value without the shard's
    /// lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public void AnnounceWrite(WriteSide* side)
    {
        SchedulePoint.Before("group owner: announce");

        // [E12] release: announced before the group is locked, which is a full fence; pairs with AwaitWrites.
        Volatile.Write(ref *_announced, (ulong)side);
    }

    /// <summary>Like <see cref="AnnounceWrite"/>, but called before the thread reads which table the group is
    /// in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public void AnnounceWriteFenced(WriteSide* side)
    {
        SchedulePoint.Before("group owner: announce, fenced");

        // [E13] release: a full fence between this store and the read of the view; pairs with AwaitWrites. And [E12].
        _ = Interlocked.Exchange(ref *_announced, (ulong)side);
    }

    /// <summary>Withdraws the announcement, after the thread has unlocked the group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public void EndWrite()
    {
        SchedulePoint.Before("group owner: end");

        // [E12] release: the last store to the group comes first; pairs with the acquire in AwaitWrites.
        Volatile.Write(ref *_announced, 0);
    }

    /// <summary>Waits until no thread is changing values of these shards without their locks. The owner of the locks
    /// calls this: later writers see the locks and back off. A thread that gives a table back also calls it: later
    /// writers find another table.</summary>
    public static void AwaitWrites(WriteSide* first, uint shards)
    {
        // One point for all threads, so that their number is not part of a schedule.
        SchedulePoint.Before("writer: changes");
        foreach (ThreadState? state in Volatile.Read(ref s_byId))
        {
            if (state is null)
            {
                continue;
            }

            // [E12] acquire: after the compare-exchange that took the lock; pairs with AnnounceWrite and EndWrite.
            // [E13] acquire: after the full fence that follows the change of a view; pairs with AnnounceWriteFenced.
            UninterruptibleSpin spin = default;
            while (System.Threading.Volatile.Read(ref *state._announced) - (ulong)first
                < shards * (ulong)WriteSide.Bytes)
            {
                spin.Once();
            }

            spin.End();
        }
    }

    /// <summary>Whether interruptions are deferred to the end of an <see cref="InterruptDeferral"/>.</summary>
    public bool DefersInterrupts => _interruptDeferrals != 0;

    /// <summary>Begins an <see cref="InterruptDeferral"/>. Deferrals nest.</summary>
    public void DeferInterrupts() => _interruptDeferrals++;

    /// <summary>Records that an interruption has ended a wait while <see cref="DefersInterrupts"/> was set.</summary>
    public void RememberInterrupt() => _interrupted = true;

    /// <summary>Ends an <see cref="InterruptDeferral"/>. The outermost one delivers a recorded interruption.</summary>
    public void ResumeInterrupts()
    {
        if (--_interruptDeferrals == 0 && _interrupted)
        {
            _interrupted = false;
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Makes room for one more callback, so that <see cref="EnterCallback"/> cannot fail under a
    /// lock.</summary>
    public void ReserveCallback()
    {
        if (CallbackDepth == _callbackOwners.Length)
        {
            Array.Resize(ref _callbackOwners, CallbackDepth * 2);
        }
    }

    /// <summary>Records that user code is about to run under a lock of <paramref name="owner"/>. Requires a preceding
    /// call of <see cref="ReserveCallback"/>.</summary>
    public void EnterCallback(object owner) => _callbackOwners[CallbackDepth++] = owner;

    public void LeaveCallback() => _callbackOwners[--CallbackDepth] = null;

    /// <summary>Returns whether this thread is inside user code that runs under a lock of
    /// <paramref name="owner"/>.</summary>
    public bool IsInCallbackOf(object owner)
    {
        for (int i = 0; i < CallbackDepth; i++)
        {
            if (ReferenceEquals(_callbackOwners[i], owner))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadState Register()
    {
        ThreadState state = new(Environment.CurrentManagedThreadId);
        using (s_registration.Enter())
        {
            if (state.Id >= s_byId.Length)
            {
                ThreadState?[] larger = new ThreadState?[Math.Max(state.Id + 1, s_byId.Length * 2)];
                s_byId.CopyTo(larger, 0);
                Volatile.Write(ref s_byId, larger);
            }

            s_byId[state.Id] = state;
        }

        t_current = state;
        return state;
    }
}

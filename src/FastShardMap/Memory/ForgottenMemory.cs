using System.Runtime.CompilerServices;

namespace FastShardMap.Memory;

// FORGOTTEN MEMORY. To the garbage collector, a map, a snapshot or an audit is an object of a few hundred bytes. A
// program that forgets to dispose them may exhaust the machine's memory before a collection is due.
// GC.AddMemoryPressure would tell the collector about all native memory, and penalize programs that forget nothing: a
// large map in use would cause full collections again and again. The library therefore requests a collection itself,
// but only where forgotten objects are likely and would matter:
//   - It checks when an object is created, never when a map grows. A map in use causes no collection, however large it
//     is.
//   - It requests a collection when the undisposed memory has grown, since the last such collection, by as much as
//     survived that collection, or by an eighth of the machine's memory if that is less (MemoryBudget). If nothing is
//     forgotten, the survivors grow with the live memory, so there are a few collections on the way to any size, and
//     none after that.
//   - There is one budget for all memory, and one for snapshots alone, because snapshots of a large map are small
//     compared with the map.
//   - The first collection is a young one, for objects that were forgotten young; then follows a background one. Both
//     run on a thread of the library. If memory exceeds the budget again in the meantime, the thread that creates the
//     next object waits for the end of the collection, for 0.1 s at most, because it may hold a lock that a finalizer
//     needs.
// The survivors are what there was before the collection, less what finalizers released. A Dispose in the meantime does
// not count, because it says nothing about forgotten memory.
internal static class ForgottenMemory
{
    /// <summary>Growth up to this size never causes a collection.</summary>
    public const long MinBudgetBytes = 128L << 20;

    private const int MachineShare = 8;

    // The first full collection may release a snapshot that was the only reference to a forgotten map.
    private const int MaxFullCollections = 2;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestCollection = TimeSpan.FromSeconds(30);
    private static readonly WorkThreads s_threads = new("FastShardMap collection", limit: 1);
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly CollectWork s_work = new();
    private static readonly MemoryBudget s_all = new();
    private static readonly MemoryBudget s_snapshots = new();

    // Protected by the gate.
    private static bool s_isCollecting;
    private static bool s_isSlow;

    private static long s_snapshotBytes;
    private static long s_undisposedBytes;
    private static long s_collections;

    /// <summary>Bytes of undisposed objects that finalizers have released since the process began.</summary>
    public static long UndisposedBytes => Interlocked.Read(ref s_undisposedBytes);

    /// <summary>Number of collections that the library has requested, young and full ones.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    /// <summary>Bytes of the tables of all snapshots that have not ended.</summary>
    public static long SnapshotBytes => Interlocked.Read(ref s_snapshotBytes);

    /// <summary>Called before an object with native memory is created. Must not be called under a lock of the
    /// library.</summary>
    public static void BeforeNew()
    {
        if (s_all.IsExceeded(Arena.ProcessLiveBytes) || s_snapshots.IsExceeded(SnapshotBytes))
        {
            Collect();
        }
    }

    public static void AddSnapshot(long bytes) => Interlocked.Add(ref s_snapshotBytes, bytes);

    /// <summary>Records that a snapshot has released its tables.</summary>
    public static void RemoveSnapshot(long bytes) => Interlocked.Add(ref s_snapshotBytes, -bytes);

    /// <summary>Records that a finalizer has released memory.</summary>
    /// <param name="type">The type of the object that owned the memory, if it had not been disposed; otherwise
    /// null.</param>
    /// <param name="name">The name that the user gave the object, or null.</param>
    /// <param name="bytes">The size of the memory.</param>
    /// <param name="isSnapshot">Whether a snapshot owned the memory.</param>
    public static void Finalized(Type? type, string? name, long bytes, bool isSnapshot = false)
    {
        s_all.AddFinalized(bytes);
        if (isSnapshot)
        {
            s_snapshots.AddFinalized(bytes);
        }

        if (type is not null && bytes != 0)
        {
            Interlocked.Add(ref s_undisposedBytes, bytes);
            MemoryEvents.Listener?.Undisposed(type, name, bytes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect()
    {
        bool post;
        using (s_gate.Enter())
        {
            post = !s_isCollecting;
            s_isCollecting = true;
        }

        if (post && !s_threads.TryPost(s_work))
        {
            End();
        }

        if (s_all.IsFarExceeded(Arena.ProcessLiveBytes) || s_snapshots.IsFarExceeded(SnapshotBytes))
        {
            bool interrupted = false;
            using (s_gate.Enter())
            {
                // Once a collection has taken too long, threads no longer wait for it: a finalizer of the program may
                // be stuck.
                if (s_isCollecting && !s_isSlow)
                {
                    s_isSlow = !s_gate.WaitForPulse(s_longestWait, out interrupted) && !interrupted;
                }
            }

            if (interrupted)
            {
                Thread.CurrentThread.Interrupt();
            }
        }
    }

    private static void End()
    {
        using (s_gate.Enter())
        {
            s_isCollecting = s_isSlow = false;
            s_gate.PulseAll();
        }
    }

    /// <summary>Collects, and runs the finalizers.</summary>
    private static void Collect(bool full)
    {
        Interlocked.Increment(ref s_collections);
        if (!full)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
        else
        {
            // This is a background collection if the runtime is configured for it; the call returns once it has begun.
            (long, long) before = FullCollections();
            long end = Environment.TickCount64 + (long)s_longestCollection.TotalMilliseconds;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            while (FullCollections() == before && Environment.TickCount64 < end)
            {
                Thread.Sleep(1);
            }
        }

        GC.WaitForPendingFinalizers();
    }

    // Returns the indices of the last full collections that have ended.
    private static (long Background, long Blocking) FullCollections() =>
        (GC.GetGCMemoryInfo(GCKind.Background).Index, GC.GetGCMemoryInfo(GCKind.FullBlocking).Index);

    private sealed class CollectWork : IBackgroundWork
    {
        public void Run()
        {
            try
            {
                s_all.Begin(Arena.ProcessLiveBytes);
                s_snapshots.Begin(SnapshotBytes);
                Collect(full: false);
                if (s_all.IsMostlyFinalized && s_snapshots.IsMostlyFinalized)
                {
                    return;
                }

                long finalized = -1;
                for (int full = 0; full < MaxFullCollections && finalized != s_all.FinalizedBytes; full++)
                {
                    finalized = s_all.FinalizedBytes;
                    Collect(full: true);
                }

                long most = Math.Max(MinBudgetBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MachineShare);
                s_all.Renew(most);
                s_snapshots.Renew(most);
            }
            finally
            {
                End();
            }
        }
    }
}

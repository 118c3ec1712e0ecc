using System.Runtime.CompilerServices;

namespace FastShardMap.Memory;

// FORGOTTEN MEMORY. The garbage collector sees a map, a snapshot or an audit as an object of some hundred bytes, so a
// program that forgets to dispose them may fill the machine before a collection is due. GC.AddMemoryPressure would tell it
// of all native memory, and tax programs that forget nothing: a large map in use would cause full collections for ever.
// So the library asks for a collection itself, and only where forgotten objects are likely and would matter:
//   - It looks when an object is made, never when a map grows: a map in use causes no collection, however large it is.
//   - It asks when what has not been disposed has outgrown what survived the last such collection by as much again, but
//     by no more than an eighth of the machine (Budget). Where nothing is forgotten the survivors grow with what is live,
//     so there are a few collections on the way to any size, and none after.
//   - All memory, and that of snapshots alone, are budgeted apart: snapshots of a large map are small beside the map.
//   - The collection is a young one first, for what was forgotten young; then a background one. Both run on a thread of
//     the library's. If memory outgrows the budget once more meanwhile, the thread that makes the next object waits for the
//     end, for 0.1 s at most: it may hold a lock that some finalizer needs.
// What survived is what there was less what finalizers gave up: a Dispose meanwhile says nothing about what is forgotten.
internal static class ForgottenMemory
{
    /// <summary>Growth that is never worth a collection.</summary>
    public const long MinBudgetBytes = 128L << 20;

    private const int MachineShare = 8;

    // The first full collection may find a map that only a forgotten snapshot had kept.
    private const int MaxFullCollections = 2;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestCollection = TimeSpan.FromSeconds(30);
    private static readonly WorkThreads s_threads = new("FastShardMap collection", limit: 1);
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly CollectWork s_work = new();
    private static readonly MemoryBudget s_all = new();
    private static readonly MemoryBudget s_snapshots = new();

    // Under the gate.
    private static bool s_isCollecting;
    private static bool s_isSlow;

    private static long s_snapshotBytes;
    private static long s_undisposedBytes;
    private static long s_collections;

    /// <summary>Memory of undisposed objects that finalizers have given up, since the process began.</summary>
    public static long UndisposedBytes => Interlocked.Read(ref s_undisposedBytes);

    /// <summary>Collections that the library has asked for, young and full ones.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    /// <summary>The tables of all snapshots that have not ended.</summary>
    public static long SnapshotBytes => Interlocked.Read(ref s_snapshotBytes);

    /// <summary>An object with memory of its own is about to be made. Not to be called under a lock of the library's.</summary>
    public static void BeforeNew()
    {
        if (s_all.IsExceeded(Arena.ProcessLiveBytes) || s_snapshots.IsExceeded(SnapshotBytes))
        {
            Collect();
        }
    }

    public static void AddSnapshot(long bytes) => Interlocked.Add(ref s_snapshotBytes, bytes);

    /// <summary>A snapshot has given up its tables.</summary>
    public static void RemoveSnapshot(long bytes) => Interlocked.Add(ref s_snapshotBytes, -bytes);

    /// <summary>A finalizer has given up memory.</summary>
    /// <param name="type">Of the object that had it, if that had not been disposed; else null.</param>
    /// <param name="name">What the user calls the object, or null.</param>
    /// <param name="bytes">The memory.</param>
    /// <param name="isSnapshot">Whether a snapshot had it.</param>
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
            using (s_gate.Enter())
            {
                // Once it has taken too long, nobody waits for it any more: a finalizer of the program's may be stuck.
                if (s_isCollecting && !s_isSlow)
                {
                    s_isSlow = !s_gate.WaitForPulse(s_longestWait);
                }
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

    /// <summary>Collects, and has the finalizers run.</summary>
    private static void Collect(bool full)
    {
        Interlocked.Increment(ref s_collections);
        if (!full)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
        else
        {
            // In the background, if the runtime is configured to: the call returns when it has begun.
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

    // The last that have ended.
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

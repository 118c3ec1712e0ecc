using System.Runtime.CompilerServices;

namespace FastShardMap.Snapshots;

/// <summary>Records whether a snapshot still owns its tables.</summary>
/// <param name="snapshot">The snapshot. An entry has only the state, and keeps the snapshot alive by it: otherwise the
/// finalizers could release the memory that the entry refers to.</param>
internal sealed class SnapshotState(object snapshot)
{
    private int _disposed;

    /// <summary>The snapshot, which is alive as long as its state is.</summary>
    public object Snapshot { get; } = snapshot;

    /// <summary>Whether the tables may have been released. Must be checked after reading from them, and before using
    /// what was read.</summary>
    public bool IsDisposed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: reads of a snapshot
        get
        {
            // [E10] acquire fence: the copies complete before the flag is read; pairs with TryDispose.
            Volatile.ReadBarrier();
            return Volatile.Read(ref _disposed) != 0;
        }
    }

    /// <summary>Ends the snapshot for readers.</summary>
    /// <returns>Whether this call ended the snapshot; its caller must then release the tables.</returns>
    public bool TryDispose() =>
        // [E10] release, by a full fence: the flag is published before the memory of a table changes; pairs with
        // IsDisposed.
        Interlocked.Exchange(ref _disposed, 1) == 0;
}

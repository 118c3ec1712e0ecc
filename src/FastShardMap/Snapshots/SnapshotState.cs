using System.Runtime.CompilerServices;

namespace FastShardMap.Snapshots;

/// <summary>Records whether a snapshot still owns its tables.</summary>
internal sealed class SnapshotState
{
    private int _disposed;

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

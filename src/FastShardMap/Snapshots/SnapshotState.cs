using System.Runtime.CompilerServices;

namespace FastShardMap.Snapshots;

/// <summary>Whether a snapshot still has its tables.</summary>
internal sealed class SnapshotState
{
    private int _disposed;

    /// <summary>Whether the tables may be gone; to be asked after what was read of them, and before it is
    /// used.</summary>
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
    /// <returns>Whether this call did: its caller gives the tables up.</returns>
    public bool TryDispose() =>
        // [E10] release, by a full fence: the flag is out before a table's memory changes; pairs with IsDisposed.
        Interlocked.Exchange(ref _disposed, 1) == 0;
}

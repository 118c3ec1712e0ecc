using System.Diagnostics;

namespace FastShardMap.Memory;

// COLLAPSING LIVE BLOCKS. The maintenance thread may collapse the pages of a block that is in use into huge ones; that
// does not change contents. What must not happen is that it does so to a block that has been given back, because its pages
// would be resident again and nobody would know. So it pins the block for each page, under the arena's lock, and a
// block that is retired while it is pinned passes to the give-back queue when it is unpinned. One thread, so one pin.
internal sealed unsafe partial class Arena
{
    // Under the lock, as the next.
    private nuint _pinned;
    private RetiredBlock? _retiredPinned;

    // Queued or under way: the finalizer must not release what they are about to touch.
    private int _collapses;

    /// <summary>Whether a collapse is queued or under way.</summary>
    public bool IsCollapsing => Volatile.Read(ref _collapses) != 0;

    private bool IsForgotten => _map.IsAllocated && !_map.TryGetTarget(out _);

    /// <summary>Has the maintenance thread move a live block into huge pages, its contents kept; only one that was
    /// allocated for that, and not at first touch. Without a thread or the memory to ask for one, nothing happens.</summary>
    public void PostCollapse(byte* block)
    {
        try
        {
            if (IdentifyCollapsible(block) is { } id)
            {
                new CollapseWork(this, id).Post();
            }
        }
        catch (OutOfMemoryException)
        {
            // Small pages do as well.
        }
    }

    /// <summary>The live block that starts here, as opposed to later ones.</summary>
    /// <returns>Null if it was not allocated to be collapsed.</returns>
    public LiveBlockId? IdentifyCollapsible(byte* block)
    {
        using (_gate.Enter())
        {
            LiveBlock live = _live[(nuint)block];
            return ReferenceEquals(live.Pool, _collapsibleBlocks)
                ? new LiveBlockId((nuint)block, live.Bytes, live.Serial)
                : null;
        }
    }

    /// <summary>For the maintenance thread: keeps the block from being given back until <see cref="Unpin"/>.</summary>
    /// <returns>False: it has been retired, or the whole map is forgotten.</returns>
    public bool TryPin(LiveBlockId block)
    {
        using (_gate.Enter())
        {
            Debug.Assert(_pinned == 0, "Only the maintenance thread pins.");
            if (!_live.TryGetValue(block.Start, out LiveBlock live) || live.Serial != block.Serial || IsForgotten)
            {
                return false;
            }

            _pinned = block.Start;
            return true;
        }
    }

    /// <summary>Lets go of the pinned block, and gives it back if it was retired meanwhile.</summary>
    public void Unpin()
    {
        bool giveBack = false;
        using (_gate.Enter())
        {
            _pinned = 0;
            if (_retiredPinned is { } block)
            {
                _retiredPinned = null;
                _retired.Enqueue(block);
                giveBack = MarkPosted();
            }
        }

        if (giveBack)
        {
            GiveBackQueued();
        }
    }

    public void BeginCollapse() => Interlocked.Increment(ref _collapses);

    public void EndCollapse() => Interlocked.Decrement(ref _collapses);
}

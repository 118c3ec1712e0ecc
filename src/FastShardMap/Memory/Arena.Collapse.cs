using System.Diagnostics;

namespace FastShardMap.Memory;

// COLLAPSING LIVE BLOCKS. The maintenance thread may collapse the pages of a block in use into huge pages; this does
// not change the contents. It must not collapse a block that has been given back, because this would make its pages
// resident again unnoticed. It therefore pins the block for each page, under the arena's lock. If a block is retired
// while it is pinned, unpinning it passes it to the give-back queue. There is one thread, and so at most one pin.
internal sealed unsafe partial class Arena
{
    // Protected by the lock, like the next field.
    private nuint _pinned;
    private RetiredBlock? _retiredPinned;

    // Collapses that are queued or running. The finalizer must not release the memory that they are about to touch.
    private int _collapses;

    /// <summary>Whether a collapse is queued or running.</summary>
    public bool IsCollapsing => Volatile.Read(ref _collapses) != 0;

    public bool IsForgotten => _map.IsAllocated && !_map.TryGetTarget(out _);

    /// <summary>Asks the maintenance thread to move a live block into huge pages, which keeps its contents. Only for
    /// blocks that were allocated as collapsible. Does nothing if there is no thread, or no memory to ask for
    /// one.</summary>
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
            // The block keeps its small pages.
        }
    }

    /// <summary>Returns the identity of the live block that starts here, which distinguishes it from later blocks at
    /// the same address.</summary>
    /// <returns><see langword="null"/> if the block was not allocated as collapsible, or is in huge pages already.
    /// </returns>
    public LiveBlockId? IdentifyCollapsible(byte* block)
    {
        using (_gate.Enter())
        {
            LiveBlock live = _live[(nuint)block];
            bool isHuge = PageMemory.FillsUsedRanges
                && live.ReadyBytes != 0
                && live.ReadyBytes + PageMemory.HugePageBytes > live.Bytes;
            return ReferenceEquals(live.Pool, _collapsibleBlocks) && !isHuge
                ? new LiveBlockId((nuint)block, live.Bytes, live.Serial)
                : null;
        }
    }

    /// <summary>Keeps the block from being given back until <see cref="Unpin"/>. Called by the maintenance
    /// thread.</summary>
    /// <returns><see langword="false"/> if the block has been retired, or the map has been forgotten.</returns>
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

    /// <summary>Unpins the pinned block, and gives it back if it was retired in the meantime.</summary>
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

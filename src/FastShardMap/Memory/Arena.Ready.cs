namespace FastShardMap.Memory;

// READY BLOCKS. When a table has grown, the next table of its shard is known, and it is needed after as many inserts as
// there are entries. The arena lets the maintenance thread make a block for that table resident in huge pages, as far
// as the budget of the process allows (ReadyMemory). The table that asks for a block of this length takes it, with the
// pages that are resident by then; the rest of the block has small pages, as every table has that grows without the
// pool. Like every free block, a ready block is zero, and it is published under the lock [E8].
//
// A block is busy while a thread makes one of its pages resident without the lock. A busy block is not taken and not
// given back; the thread gives it back if it is unwanted at the end of the page.
internal sealed unsafe partial class Arena
{
    private const nuint ScarcityCheckBytes = 16 * PageMemory.HugePageBytes;

    // Protected by the lock, like the next field.
    private readonly List<ReadyBlock> _ready = [];

    // Whether the maintenance thread will look for blocks to fill.
    private bool _readyPosted;
    private int _readyCount;
    private long _readyUsedAt;

    /// <summary>Whether there are ready or requested blocks.</summary>
    public bool HasReady => Volatile.Read(ref _readyCount) != 0;

    /// <summary>The time when a block was last requested or taken, as <see cref="Environment.TickCount64"/>.</summary>
    public long ReadyUsedAt => Volatile.Read(ref _readyUsedAt);

    private bool HasGuardPages => ReferenceEquals(_smallBlocks, _largeBlocks);

    /// <summary>Asks the maintenance thread to make a block ready for a collapsible table of this length. Does nothing
    /// if the budget has no room, or if there is no thread or no memory to ask for one.</summary>
    /// <param name="bytes">The length of the table.</param>
    /// <param name="limit">The maximum number of blocks of this length.</param>
    public void PostReady(nuint bytes, int limit)
    {
        bool isSettled = false;
        try
        {
            isSettled = !TryRequestReady(bytes, limit, out bool post)
                || !post
                || MaintenanceThread.TryPost(new ReadyWork(this));
        }
        catch (OutOfMemoryException)
        {
            // The table will start with small pages.
        }

        if (!isSettled)
        {
            EndReadyWork();
        }
    }

    /// <summary>Gives everything back because no work is queued that would fill the blocks. The next request tells the
    /// maintenance thread again.</summary>
    public void EndReadyWork()
    {
        using (_gate.Enter())
        {
            _readyPosted = false;
        }

        GiveBackReady();
        ReadyMemory.RemoveEmpty(); // there may be no thread that would do it
    }

    /// <summary>Adds the request for a block without telling the maintenance thread.</summary>
    /// <param name="bytes">The length of the table.</param>
    /// <param name="limit">The maximum number of blocks of this length.</param>
    /// <param name="post">Receives whether the maintenance thread must be told.</param>
    /// <returns>Whether the request was added.</returns>
    public bool TryRequestReady(nuint bytes, int limit, out bool post)
    {
        post = false;
        nuint blockBytes = RoundToGranule(bytes);
        if (!PageMemory.CanFillHugePages
            || blockBytes < PageMemory.HugePageBytes
            || HasGuardPages
            || Volatile.Read(ref _isClosed))
        {
            return false;
        }

        nuint occupiedBytes = _collapsibleBlocks.Occupied(blockBytes);
        if (!ReadyMemory.TryReserve(occupiedBytes))
        {
            return false;
        }

        bool added = false;
        try
        {
            using (_gate.Enter())
            {
                int same = 0;
                foreach (ReadyBlock block in _ready)
                {
                    same += block.OccupiedBytes == occupiedBytes ? 1 : 0;
                }

                if (same < limit)
                {
                    _ready.Add(new ReadyBlock(blockBytes, occupiedBytes));
                    added = true;
                    Volatile.Write(ref _readyCount, _ready.Count);
                    Volatile.Write(ref _readyUsedAt, Environment.TickCount64);
                    post = !_readyPosted;
                    _readyPosted = true;
                }
            }
        }
        finally
        {
            if (!added)
            {
                ReadyMemory.Release(occupiedBytes);
            }
        }

        if (added)
        {
            post |= ReadyMemory.Add(this); // more work in the queue than needed does no harm
        }

        return added;
    }

    /// <summary>Makes one huge page of the first block that is not complete resident. Called by the maintenance
    /// thread.</summary>
    /// <returns>Whether there may be more to do.</returns>
    public bool FillReady()
    {
        if (IsForgotten || Volatile.Read(ref _isClosed))
        {
            GiveBackReady();
        }
        else if (ReadyMemory.Bytes > ReadyMemory.MaxBytes)
        {
            // The limit was lowered while a request was being added.
            GiveBackReady();
            ReadyMemory.GiveBackAll();
        }

        // Also in between: the pages of a large block take seconds.
        if (FindUnfilled() is { } next
            && next.ResidentBytes % ScarcityCheckBytes == 0
            && ScarceMemory.IsScarceWith(next.OccupiedBytes - next.ResidentBytes))
        {
            ReadyMemory.GiveBackAll();
        }

        if (!TryBeginPage(out ReadyBlock? block))
        {
            return false;
        }

        if (block is null)
        {
            return true; // no address space for it; the request was dropped
        }

        bool filled = PageMemory.TryFillHugePage((byte*)(block.Start + block.ResidentBytes));
        bool giveBack;
        using (_gate.Enter())
        {
            block.IsBusy = false;
            block.ResidentBytes += filled ? PageMemory.HugePageBytes : 0;
            giveBack = !filled || block.IsUnwanted;
            if (giveBack)
            {
                RemoveReady(block);
            }
            else
            {
                EndPending();
            }
        }

        if (giveBack)
        {
            GiveBack(block);
        }

        return true;
    }

    /// <summary>Drops all requests, and gives all ready blocks back. A page that is just being made resident is given
    /// back by the thread that works on it.</summary>
    public void GiveBackReady()
    {
        while (true)
        {
            ReadyBlock? block;
            using (_gate.Enter())
            {
                block = null;
                foreach (ReadyBlock candidate in _ready)
                {
                    candidate.IsUnwanted = true;
                    block = candidate.IsBusy ? block : candidate;
                }

                if (block is null)
                {
                    return;
                }

                Volatile.Write(ref _pending, _pending + 1); // before the removal: the finalizer reads without the lock
                RemoveReady(block);
            }

            GiveBack(block);
        }
    }

    /// <summary>The bytes, from the start of a live block, that were resident in huge pages when it was handed
    /// out.</summary>
    public nuint ReadyBytes(byte* block)
    {
        using (_gate.Enter())
        {
            return _live[(nuint)block].ReadyBytes;
        }
    }

    private ReadyBlock? FindUnfilled()
    {
        using (_gate.Enter())
        {
            return FirstUnfilled();
        }
    }

    // Under the lock.
    private ReadyBlock? FirstUnfilled() =>
        _ready.Find(static candidate => !candidate.IsComplete && !candidate.IsBusy);

    // Under the lock. Returns false if there is nothing to do; a null block if a request had to be dropped.
    private bool TryBeginPage(out ReadyBlock? block)
    {
        using (_gate.Enter())
        {
            block = FirstUnfilled();
            if (block is null)
            {
                _readyPosted = false;
                return false;
            }

            try
            {
                if (!block.HasBegun)
                {
                    _retired.EnsureCapacity(_live.Count + _pending + 1);
                    block.Start = _collapsibleBlocks.Take(block.OccupiedBytes, PageMemory.HugePageBytes);
                }

                block.IsBusy = true;
                _pending++;
            }
            catch (OutOfMemoryException)
            {
                RemoveReady(block);
                ReadyMemory.Release(block.OccupiedBytes);
                block = null;
            }

            return true;
        }
    }

    // Under the lock. Takes the block of this length that has the most resident pages. If none can be taken, one
    // request is dropped, because the table that it was meant for is the one that is being allocated.
    private bool TryTakeReady(nuint occupiedBytes, out nuint start, out nuint readyBytes)
    {
        ReadyBlock? best = null;
        ReadyBlock? busy = null;
        foreach (ReadyBlock block in _ready)
        {
            if (block.OccupiedBytes != occupiedBytes || block.IsUnwanted)
            {
                continue;
            }

            if (block.IsBusy)
            {
                busy = block;
            }
            else if (best is null || block.ResidentBytes > best.ResidentBytes)
            {
                best = block;
            }
        }

        start = 0;
        readyBytes = 0;
        if (best is null)
        {
            if (busy is not null)
            {
                busy.IsUnwanted = true;
            }

            return false;
        }

        RemoveReady(best);
        ReadyMemory.Release(occupiedBytes);
        Volatile.Write(ref _readyUsedAt, Environment.TickCount64);
        start = best.Start;
        readyBytes = best.ResidentBytes;
        return best.HasBegun;
    }

    // Under the lock.
    private void RemoveReady(ReadyBlock block)
    {
        _ready.Remove(block);
        Volatile.Write(ref _readyCount, _ready.Count);
    }

    private long ReadyHeldBytes()
    {
        long held = 0;
        foreach (ReadyBlock block in _ready)
        {
            held += block.HasBegun ? (long)block.OccupiedBytes : 0;
        }

        return held;
    }

    // Ends a pending operation.
    private void GiveBack(ReadyBlock block)
    {
        // What was touched: the pages that are resident, and one that may be partly so.
        nuint touched = nuint.Min(block.OccupiedBytes, block.ResidentBytes + PageMemory.HugePageBytes);
        bool resident = block.HasBegun && !Discard(new AddressRange(block.Start, touched), _collapsibleBlocks);
        ReadyMemory.Release(block.OccupiedBytes);
        using (_gate.Enter())
        {
            if (block.HasBegun)
            {
                _collapsibleBlocks.Give(block.Range, resident);
            }

            EndPending();
        }
    }
}

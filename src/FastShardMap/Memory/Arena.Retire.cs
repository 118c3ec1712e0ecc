using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal sealed unsafe partial class Arena
{
    /// <summary>
    /// The number of bytes given back per call. A larger slice blocks other threads from the address space for longer;
    /// a smaller one interrupts all cores more often (about 40 µs for 2 MiB of 4 KiB pages, 17 µs for 64 KiB, on a
    /// virtual machine).
    /// </summary>
    public const nuint SliceBytes = PageMemory.HugePageBytes;

    // Small blocks that were cleared in place stay resident. Giving their pages back to the operating system pays off
    // when they amount to more than this, and to more than this share of the live bytes.
    private const long ResidentFreeLimitBytes = 1024 * 1024;
    private const int ResidentFreeShare = 8;

    // Retired blocks that no thread works on yet. This and the fields below are protected by the lock.
    private readonly Queue<RetiredBlock> _retired = new();

    // Number of blocks between Retire and the free list, plus running trims.
    private int _pending;
    private long _retiredBytes;

    // Whether the maintenance thread will process this arena again.
    private bool _posted;
    private bool _trimRequested;

    /// <summary>
    /// Takes a block back. Only stale readers may still use its contents; they continue to read mapped memory. Blocks
    /// below 64 KiB are cleared here; the maintenance thread gives larger ones back. Allocates nothing, and loses no
    /// block to <see cref="Thread.Interrupt"/>. Must not be called under a shard's lock.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="bytes">The length that was passed to <see cref="Allocate"/>.</param>
    /// <param name="isZero">Whether nothing was written to the block, so that clearing it would only make it
    /// resident.</param>
    /// <exception cref="InvalidOperationException">The block is not live: it was retired before, or never handed out.
    /// (A block that has been handed out again is live.)</exception>
    public void Retire(byte* block, nuint bytes, bool isZero = false)
    {
        nuint start = (nuint)block;
        LiveBlock live;
        bool post;
        using (_gate.Enter())
        {
            if (!_live.TryGetValue(start, out live) || live.Bytes != RoundToGranule(bytes))
            {
                throw new InvalidOperationException(
                    "Not a live block of this arena: it was retired twice, or has another length.");
            }

            _live.Remove(start);
            Interlocked.Add(ref _liveBytes, -(long)live.OccupiedBytes);
            _retiredBytes += (long)live.OccupiedBytes;
            _pending++;
            RetiredBlock retired = new(new AddressRange(start, live.OccupiedBytes), live.Pool);
            bool queue = !live.Pool.ClearsInPlace && start != _pinned;
            if (queue)
            {
                _retired.Enqueue(retired);
            }
            else if (!live.Pool.ClearsInPlace)
            {
                _retiredPinned = retired;
            }

            post = queue && MarkPosted();
        }

        Interlocked.Add(ref s_processLiveBytes, -(long)live.OccupiedBytes);
        MemoryEvents.Listener?.Retired(start, live.OccupiedBytes);
        if (live.Pool.ClearsInPlace)
        {
            if (!isZero)
            {
                NativeMemory.Clear(block, live.OccupiedBytes);
            }

            post = AddFree(new RetiredBlock(new AddressRange(start, live.OccupiedBytes), live.Pool), resident: true);
        }

        if (post)
        {
            Post();
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Gives back everything retired so far, including small blocks as far as they fill pages, and waits for what other
    /// threads are giving back. Takes milliseconds; for TrimExcess and tests.
    /// </summary>
    public void DrainRetired()
    {
        GiveBackReady();
        GiveBackQueued();
        WaitUntilNonePending(); // Other threads may be clearing blocks, which the trim then gives back.
        TrimResident();
        WaitUntilNonePending(); // Another thread may be trimming.
        GC.KeepAlive(this);
    }

    /// <summary>Asks the maintenance thread to do what <see cref="DrainRetired"/> does, without waiting for it. For
    /// Dispose.</summary>
    public void RequestTrim()
    {
        bool post;
        using (_gate.Enter())
        {
            _trimRequested = true;
            post = MarkPosted();
        }

        if (post)
        {
            Post();
        }

        GC.KeepAlive(this);
    }

    void IBackgroundWork.Run() => GiveBackQueued();

    private void WaitUntilNonePending()
    {
        using (_gate.Enter())
        {
            _gate.WaitUntil(this, static arena => arena._pending == 0);
        }
    }

    private bool MarkPosted()
    {
        bool first = !_posted;
        Volatile.Write(ref _posted, true);
        return first;
    }

    private void Post()
    {
        if (!MaintenanceThread.TryPost(this))
        {
            GiveBackQueued();
        }
    }

    private void GiveBackQueued()
    {
        while (true)
        {
            RetiredBlock block;
            bool trim = false;
            using (_gate.Enter())
            {
                if (!_retired.TryDequeue(out block))
                {
                    trim = _trimRequested;
                    _trimRequested = false;
                    if (!trim)
                    {
                        Volatile.Write(ref _posted, false);
                        return;
                    }
                }
            }

            if (trim)
            {
                TryTrim();
            }
            else
            {
                GiveBack(block);
            }
        }
    }

    // Must not throw: the caller still has to give back what is queued, and to record that nothing is posted.
    private void TryTrim()
    {
        try
        {
            GiveBackReady();
            TrimResident();
        }
        catch (OutOfMemoryException)
        {
            // The lists of the trim have no memory. The pages stay resident until the next trim.
        }
    }

    private void GiveBack(RetiredBlock block)
    {
        bool resident = !Discard(block.Range, block.Pool);
        if (AddFree(block, resident))
        {
            Post();
        }
    }

    /// <summary>Makes a free block read zero, in slices, and gives its pages back.</summary>
    /// <returns>Whether all its pages were given back.</returns>
    private bool Discard(AddressRange range, BlockPool pool)
    {
        nuint position = range.Start;
        bool discarded = true;
        while (position < range.End)
        {
            // Slices end at multiples of their length, so that none splits a huge page.
            nuint next = nuint.Min(range.End, (position & ~(SliceBytes - 1)) + SliceBytes);
            discarded &= PageMemory.DiscardOrClear((byte*)position, next - position);
            position = next;
        }

        // Collapsing and ready blocks leave advice to the kernel behind. The next table in this range must start with
        // small pages.
        if (ReferenceEquals(pool, _collapsibleBlocks))
        {
            _ = PageMemory.TryForbidHugePages((byte*)range.Start, range.Bytes);
        }

        if (discarded)
        {
            MemoryEvents.Listener?.Released(range.Start, range.Bytes);
        }

        return discarded;
    }

    // The block is zero. [E8] Leaving the lock publishes that together with the free list. Returns whether to post a
    // trim.
    private bool AddFree(RetiredBlock block, bool resident)
    {
        using (_gate.Enter())
        {
            block.Pool.Give(block.Range, resident);
            _retiredBytes -= (long)block.Range.Bytes;
            EndPending();

            // Only for pools that clear in place: what the operating system has refused once, it will refuse again.
            bool trim = block.Pool.ClearsInPlace
                && !_trimRequested
                && (long)block.Pool.ResidentFreeBytes
                    > Math.Max(ResidentFreeLimitBytes, _liveBytes / ResidentFreeShare);
            _trimRequested |= trim;
            return trim && MarkPosted();
        }
    }

    private void EndPending()
    {
        Volatile.Write(ref _pending, _pending - 1);
        if (_pending == 0)
        {
            _gate.PulseAll();
        }
    }

    private void TrimResident()
    {
        TrimResident(_smallBlocks as RangePool);
        TrimResident(_largeBlocks as RangePool);
        TrimResident(_hugeBlocks as RangePool);
        TrimResident(_sharedHugeBlocks as RangePool);
        TrimResident(_collapsibleBlocks as RangePool);
    }

    private void TrimResident(RangePool? pool)
    {
        if (pool is null)
        {
            return;
        }

        List<AddressRange> pages;
        using (_gate.Enter())
        {
            pages = pool.TakeResidentPages();
            _pending++;
        }

        foreach (AddressRange range in pages)
        {
            bool discarded = PageMemory.DiscardOrClear((byte*)range.Start, range.Bytes);
            if (discarded)
            {
                MemoryEvents.Listener?.Released(range.Start, range.Bytes);
            }

            using (_gate.Enter())
            {
                pool.Give(range, resident: !discarded);
            }
        }

        using (_gate.Enter())
        {
            EndPending();
        }
    }

    private readonly record struct RetiredBlock(AddressRange Range, BlockPool Pool);
}

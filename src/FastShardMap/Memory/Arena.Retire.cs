using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal sealed unsafe partial class Arena
{
    /// <summary>
    /// What is given back in one call. A larger slice keeps others out of the address space for longer, a smaller one
    /// interrupts all cores more often (about 40 µs for 2 MiB of 4 KiB pages, 17 µs for 64 KiB, on a virtual machine).
    /// </summary>
    public const nuint SliceBytes = PageMemory.HugePageBytes;

    // Small blocks cleared in place stay resident. They are worth a trip to the system when they are many, and many
    // against what is live.
    private const long ResidentFreeLimitBytes = 1024 * 1024;
    private const int ResidentFreeShare = 8;

    // Under the lock, as all below: retired blocks that nobody works on yet.
    private readonly Queue<RetiredBlock> _retired = new();

    // Blocks between Retire and the free list, and trims under way.
    private int _pending;
    private long _retiredBytes;

    // Whether the maintenance thread will look here again.
    private bool _posted;
    private bool _trimRequested;

    /// <summary>
    /// Takes a block back. Its contents must not be needed by anyone but stale readers, who keep reading mapped memory.
    /// Blocks below 64 KiB are cleared here, larger ones are given back by the maintenance thread. Allocates nothing,
    /// and loses no block to <see cref="Thread.Interrupt"/>. Not to be called under a shard's lock.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="bytes">Its length, as it was asked for.</param>
    /// <param name="isZero">Nothing was written to it: clearing would only make it resident.</param>
    /// <exception cref="InvalidOperationException">
    /// The block is not live: retired before, or never handed out. (A block handed out again since counts as live.)
    /// </exception>
    public void Retire(byte* block, nuint bytes, bool isZero = false)
    {
        nuint start = (nuint)block;
        LiveBlock live;
        bool post;
        using (_gate.Enter())
        {
            if (!_live.TryGetValue(start, out live) || live.Bytes != RoundToGranule(bytes))
            {
                throw new InvalidOperationException("Not a live block of this arena: retired twice, or of another length.");
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
    /// Gives back everything retired so far, small blocks included as far as they fill pages, and waits for what
    /// others are at. Takes milliseconds: for TrimExcess and tests.
    /// </summary>
    public void DrainRetired()
    {
        GiveBackQueued();
        WaitUntilNonePending(); // For blocks that others are clearing, which then are the trim's business.
        TrimResident();
        WaitUntilNonePending(); // For another's trim.
        GC.KeepAlive(this);
    }

    /// <summary>Asks the maintenance thread for what <see cref="DrainRetired"/> does, and does not wait: for Dispose.</summary>
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
                TrimResident();
            }
            else
            {
                GiveBack(block);
            }
        }
    }

    private void GiveBack(RetiredBlock block)
    {
        nuint position = block.Range.Start;
        nuint end = block.Range.End;
        bool resident = false;
        while (position < end)
        {
            // Slices end on multiples of their length, so that none cuts a huge page in two.
            nuint next = nuint.Min(end, (position & ~(SliceBytes - 1)) + SliceBytes);
            resident |= !PageMemory.DiscardOrClear((byte*)position, next - position);
            position = next;
        }

        // A table that was collapsed leaves its advice behind; the next one here is to have small pages at first.
        if (ReferenceEquals(block.Pool, _collapsibleBlocks))
        {
            _ = PageMemory.TryForbidHugePages((byte*)block.Range.Start, block.Range.Bytes);
        }

        if (!resident)
        {
            MemoryEvents.Listener?.Released(block.Range.Start, block.Range.Bytes);
        }

        if (AddFree(block, resident))
        {
            Post();
        }
    }

    // The block is zero: [E8] leaving the lock publishes that with the free list. Answers whether to post a trim.
    private bool AddFree(RetiredBlock block, bool resident)
    {
        using (_gate.Enter())
        {
            block.Pool.Give(block.Range, resident);
            _retiredBytes -= (long)block.Range.Bytes;
            EndPending();

            // Only what cleared in place: what the system refused it will refuse again.
            bool trim = block.Pool.ClearsInPlace
                && !_trimRequested
                && (long)block.Pool.ResidentFreeBytes > Math.Max(ResidentFreeLimitBytes, _liveBytes / ResidentFreeShare);
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

using System.Diagnostics;
using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>
/// All the memory of one map.
/// <para>
/// <b>Address range and pages have different lives.</b> A reader may hold the address of a table that was retired long
/// ago, and nobody knows. So a retired block's pages go back to the system, but its address range stays mapped, is
/// reused for later blocks of the same map, and is released only by the finalizer. A stale reader finds zero or
/// another table's bytes, never a hole; recognising them as stale is the reader's business.
/// </para>
/// <para>
/// <b>Kinds of blocks.</b> Below 64 KiB: packed into slabs, cleared in place when retired. From 64 KiB: whole pages,
/// given back in the background. From 2 MiB with huge pages asked for: whole huge pages, apart from the others, so
/// that no small table ends up in a range that takes 2 MiB at its first touch. From 2 MiB to be collapsed into huge
/// pages later: as these, but small pages at first. Each kind has its <see cref="BlockPool"/>.
/// </para>
/// <para>
/// <b>One owner per block.</b> The table of live blocks hands each block to exactly one call of <see cref="Retire"/>;
/// that call, or the queue, owns it until it is zero and enters the free list under the lock. Whoever takes it from
/// there under the same lock therefore reads zero ([E8]: the lock's release and acquire order the clearing before
/// the reuse).
/// </para>
/// <para>
/// <b>Lifetime.</b> The arena does not reference the map. Both become unreachable together, and the finalizer releases
/// the range, unless a finalizer of the user's can still reach the map, which the long weak handle tells.
/// </para>
/// </summary>
/// <remarks>
/// Thread-safe; one short lock, held over no system call but the mapping of a new chunk. No GC.AddMemoryPressure: what
/// gets forgotten maps collected instead is in ForgottenMemory.cs.
/// </remarks>
internal sealed unsafe partial class Arena : CriticalFinalizerObject, IBackgroundWork
{
    /// <summary>Every block's address and length is a multiple of this.</summary>
    public const nuint BlockGranuleBytes = 128;

    /// <summary>Blocks of this length and more start on a multiple of it (but for guard pages).</summary>
    public const nuint BlockPageBytes = 4096;

    /// <summary>Blocks of this length and more have pages of their own.</summary>
    public const nuint LargeBlockBytes = 64 * 1024;

    private static long s_processLiveBytes;

    private readonly UninterruptibleMonitor _gate = new();
    private readonly MappingList _mappings = new();
    private readonly BlockPool _smallBlocks;
    private readonly BlockPool _largeBlocks;
    private readonly BlockPool _hugeBlocks;
    private readonly BlockPool _collapsibleBlocks;

    // Under the lock: address of each block handed out.
    private readonly Dictionary<nuint, LiveBlock> _live = [];

    private long _serial;
    private long _liveBytes;
    private WeakGCHandle<object> _map;
    private Type? _ownerType;
    private string? _ownerName;
    private bool _isClosed;

    public Arena()
        : this(PageMemory.GuardPages)
    {
    }

    /// <summary>With or without an inaccessible page behind every block.</summary>
    public Arena(bool guardPages)
    {
        if (guardPages)
        {
            _smallBlocks = _largeBlocks = _hugeBlocks = _collapsibleBlocks = new GuardedPool(_mappings);
            return;
        }

        nuint pageBytes = PageMemory.PageBytes;
        _smallBlocks = new RangePool(_mappings, new RangePoolShape
        {
            GranuleBytes = BlockGranuleBytes,
            FirstChunkBytes = LargeBlockBytes,
            MaximumChunkBytes = 4 * 1024 * 1024,
            ChunkAlignment = pageBytes,
            ClearsInPlace = true,
        });
        _largeBlocks = new RangePool(_mappings, new RangePoolShape
        {
            GranuleBytes = pageBytes,
            FirstChunkBytes = 256 * 1024,
            MaximumChunkBytes = 64 * 1024 * 1024,
            ChunkAlignment = pageBytes,
        });
        RangePoolShape hugeShape = new()
        {
            GranuleBytes = PageMemory.HugePageBytes,
            FirstChunkBytes = PageMemory.HugePageBytes,
            MaximumChunkBytes = 64 * 1024 * 1024,
            ChunkAlignment = PageMemory.HugePageBytes,
            HugePages = true,
        };
        _hugeBlocks = new RangePool(_mappings, hugeShape);
        _collapsibleBlocks = new RangePool(_mappings, hugeShape with { HugePages = false });
    }

    ~Arena()
    {
        // Nothing may leave a finalizer: it would end the process.
        try
        {
            Finish();
        }
        catch (Exception)
        {
            Debug.Fail("The arena's finalizer failed.");
        }
    }

    /// <summary>Address space held by all arenas of the process, released ones excluded.</summary>
    public static long ProcessMappedBytes => MappingList.ProcessBytes;

    /// <summary>Live bytes of all arenas of the process, released ones excluded.</summary>
    public static long ProcessLiveBytes => Interlocked.Read(ref s_processLiveBytes);

    /// <summary>What the blocks handed out and not retired take up; those from 64 KiB in whole pages.</summary>
    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>Address space held. Much of it may never have been touched.</summary>
    public long MappedBytes => _mappings.Bytes;

    /// <summary>Number of mappings made; neighbours among them share a kernel record.</summary>
    public int MappingCount => _mappings.Count;

    /// <summary>
    /// The most that can have physical pages behind it: live blocks, retired ones not yet given back, and small ones
    /// that were cleared in place.
    /// </summary>
    public long HeldBytes
    {
        get
        {
            using (_gate.Enter())
            {
                return _liveBytes + _retiredBytes + (long)ResidentFreeBytes();
            }
        }
    }

    /// <summary>Makes the address range outlive the map. To be called once, first of all, by the map's constructor.</summary>
    /// <param name="map">The map, or what else has the arena.</param>
    /// <param name="ownerType">What the program knows it as, should it be forgotten; null for the map's own type.</param>
    /// <param name="ownerName">What the program calls it, or null.</param>
    public void Attach(object map, Type? ownerType = null, string? ownerName = null)
    {
        if (_map.IsAllocated)
        {
            throw new InvalidOperationException("The arena belongs to a map already.");
        }

        ForgottenMemory.BeforeNew();
        _map = new WeakGCHandle<object>(map, trackResurrection: true);
        _ownerType = ownerType ?? map.GetType();
        _ownerName = ownerName;
    }

    /// <summary>The owner is disposed, or its constructor has failed: what the finalizer finds is not forgotten.</summary>
    public void Close() => Volatile.Write(ref _isClosed, true);

    /// <summary>Hands out a block that reads zero.</summary>
    /// <param name="bytes">Rounded up to a multiple of 128.</param>
    /// <param name="hugePages">Asks for transparent huge pages behind a block of 2 MiB or more.</param>
    /// <param name="collapsible">Prepares a block of 2 MiB or more for <see cref="PostCollapse"/>.</param>
    /// <exception cref="OutOfMemoryException">Nothing changed.</exception>
    public byte* Allocate(nuint bytes, bool hugePages = false, bool collapsible = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);

        // Far above anything a system maps, far below where the rounding to come would wrap.
        if (bytes > nuint.MaxValue / 8 || FaultInjection.FailsAllocate(bytes))
        {
            PageMemory.ThrowOutOfMemory(bytes);
        }

        nuint blockBytes = RoundToGranule(bytes);
        BlockPool pool =
            blockBytes < LargeBlockBytes ? _smallBlocks :
            blockBytes < PageMemory.HugePageBytes ? _largeBlocks :
            hugePages ? _hugeBlocks :
            collapsible ? _collapsibleBlocks :
            _largeBlocks;
        nuint occupiedBytes = pool.Occupied(blockBytes);
        nuint alignment =
            blockBytes < BlockPageBytes ? BlockGranuleBytes :
            pool.AlignsToHugePages ? PageMemory.HugePageBytes :
            BlockPageBytes;

        nuint start;
        using (_gate.Enter())
        {
            // Room first: once the block is taken nothing can fail, and retiring it allocates nothing at all.
            _live.EnsureCapacity(_live.Count + 1);
            _retired.EnsureCapacity(_live.Count + _pending + 1);
            // [E8] acquire: entering the lock acquired what AddFree released, so a block taken here reads zero.
            start = pool.Take(occupiedBytes, alignment);
            _live.Add(start, new LiveBlock(blockBytes, occupiedBytes, pool, ++_serial));
            Interlocked.Add(ref _liveBytes, (long)occupiedBytes);
        }

        Interlocked.Add(ref s_processLiveBytes, (long)occupiedBytes);
        GC.KeepAlive(this);
        return (byte*)start;
    }

    private static nuint RoundToGranule(nuint bytes) => (bytes + (BlockGranuleBytes - 1)) & ~(BlockGranuleBytes - 1);

    private nuint ResidentFreeBytes() =>
        ReferenceEquals(_smallBlocks, _largeBlocks)
            ? _smallBlocks.ResidentFreeBytes
            : _smallBlocks.ResidentFreeBytes + _largeBlocks.ResidentFreeBytes
                + _hugeBlocks.ResidentFreeBytes + _collapsibleBlocks.ResidentFreeBytes;

    // Takes no lock: nobody else is left to hold one, and its wait handles may be finalized already.
    private void Finish()
    {
        if (_mappings is null)
        {
            return; // The constructor threw.
        }

        // The map may have been resurrected, or have been disposed by another finalizer a moment ago, which queued
        // its blocks for the maintenance thread; and a collection since then may have cleared the handle.
        bool mapIsReachable = _map.IsAllocated && !IsForgotten;
        bool isWorkedOn = Volatile.Read(ref _posted) || Volatile.Read(ref _pending) != 0 || IsCollapsing;
        if (mapIsReachable || isWorkedOn)
        {
            GC.ReRegisterForFinalize(this);
            return;
        }

        if (_map.IsAllocated)
        {
            _map.Dispose();
        }

        _mappings.Release();
        Interlocked.Add(ref s_processLiveBytes, -_liveBytes);
        ForgottenMemory.Finalized(Volatile.Read(ref _isClosed) ? null : _ownerType, _ownerName, _liveBytes);
    }

    private readonly record struct LiveBlock(nuint Bytes, nuint OccupiedBytes, BlockPool Pool, long Serial);
}

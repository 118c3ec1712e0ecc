using System.Diagnostics;
using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>
/// Owns all the memory of one map.
/// <para>
/// <b>Address range and pages have different lifetimes.</b> A reader may hold the address of a table that was retired
/// long ago, and there is no record of such readers. A retired block's pages therefore return to the operating system,
/// but its address range stays mapped, is reused for later blocks of the same map, and is released only by the
/// finalizer. A stale reader finds zeros or the bytes of another table, but always mapped memory. Readers must
/// recognize such bytes as stale themselves.
/// </para>
/// <para>
/// <b>Kinds of blocks.</b> Blocks below 64 KiB are packed into slabs, and cleared in place when they are retired.
/// Blocks from 64 KiB take whole pages, which are given back in the background. Blocks from 2 MiB for which huge pages
/// were requested take whole huge pages, apart from the others, so that no small table is in a range that takes 2 MiB
/// at its first touch. Such blocks from 64 KiB to 2 MiB share huge pages with each other. Blocks from 2 MiB that may be
/// collapsed into huge pages later are placed in the same way, but start with small pages. Each kind has its own
/// <see cref="BlockPool"/>.
/// </para>
/// <para>
/// <b>One owner per block.</b> The table of live blocks hands each block to exactly one call of <see cref="Retire"/>.
/// That call, or the queue, owns the block until it is zero and enters the free list under the lock. A thread that
/// takes the block from the free list under the same lock therefore reads zeros ([E8]: release and acquire of the lock
/// order the clearing before the reuse).
/// </para>
/// <para>
/// <b>Lifetime.</b> The arena does not reference the map. Both become unreachable together, and the finalizer then
/// releases the range, unless a finalizer of the user can still reach the map, which the long weak handle shows.
/// </para>
/// </summary>
/// <remarks>
/// Thread-safe. There is one lock with short holds; the only system call under it is the mapping of a new chunk.
/// GC.AddMemoryPressure is not used; ForgottenMemory.cs explains how forgotten maps are collected instead.
/// </remarks>
internal sealed unsafe partial class Arena : CriticalFinalizerObject, IBackgroundWork
{
    /// <summary>The address and the length of every block are multiples of this.</summary>
    public const nuint BlockGranuleBytes = 128;

    /// <summary>Blocks of at least this length start at a multiple of it (except with guard pages).</summary>
    public const nuint BlockPageBytes = 4096;

    /// <summary>Blocks of at least this length have pages of their own.</summary>
    public const nuint LargeBlockBytes = 64 * 1024;

    private static long s_processLiveBytes;

    private readonly UninterruptibleMonitor _gate = new();
    private readonly MappingList _mappings = new();
    private readonly BlockPool _smallBlocks;
    private readonly BlockPool _largeBlocks;
    private readonly BlockPool _hugeBlocks;
    private readonly BlockPool _sharedHugeBlocks;
    private readonly BlockPool _collapsibleBlocks;

    // The blocks handed out, by address. Protected by the lock.
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

    /// <summary>Creates an arena with or without an inaccessible page behind every block.</summary>
    public Arena(bool guardPages)
    {
        if (guardPages)
        {
            _smallBlocks = _largeBlocks = _hugeBlocks = _sharedHugeBlocks = _collapsibleBlocks =
                new GuardedPool(_mappings);
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
        _sharedHugeBlocks = new RangePool(_mappings, hugeShape with { GranuleBytes = pageBytes });
        _collapsibleBlocks = new RangePool(_mappings, hugeShape with { HugePages = false });
    }

    ~Arena()
    {
        // No exception may leave a finalizer, because it would end the process.
        try
        {
            Finish();
        }
        catch (Exception)
        {
            Debug.Fail("The arena's finalizer failed.");
        }
    }

    /// <summary>Address space reserved by all arenas of the process, in bytes, without those released.</summary>
    public static long ProcessMappedBytes => MappingList.ProcessBytes;

    /// <summary>Live bytes of all arenas of the process, without those released.</summary>
    public static long ProcessLiveBytes => Interlocked.Read(ref s_processLiveBytes);

    /// <summary>Returns the number of bytes that a block takes, without huge pages and guard pages.</summary>
    public static nuint OccupiedBytes(nuint bytes) =>
        bytes < LargeBlockBytes ? RoundToGranule(bytes) : PageMemory.RoundToPages(bytes);

    /// <summary>The bytes of all blocks that were handed out and not retired; whole pages for blocks from 64
    /// KiB.</summary>
    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>Reserved address space in bytes. Much of it may never have been touched.</summary>
    public long MappedBytes => _mappings.Bytes;

    /// <summary>Number of mappings. Adjacent mappings share a kernel record.</summary>
    public int MappingCount => _mappings.Count;

    /// <summary>
    /// The maximum number of bytes that can be resident: live blocks, retired blocks that were not given back yet,
    /// ready blocks, and small blocks that were cleared in place. The rest of a huge page that blocks share is not
    /// counted.
    /// </summary>
    public long HeldBytes
    {
        get
        {
            using (_gate.Enter())
            {
                return _liveBytes + _retiredBytes + ReadyHeldBytes() + (long)ResidentFreeBytes();
            }
        }
    }

    /// <summary>Makes the address range outlive the map. The constructor of the map calls this once, before anything
    /// else.</summary>
    /// <param name="map">The owner of the arena: the map or another object.</param>
    /// <param name="ownerType">The type that is reported if the owner is forgotten; null for the owner's own
    /// type.</param>
    /// <param name="ownerName">The name that the user gave the owner, or null.</param>
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

    /// <summary>Records that the owner is disposed, or that its constructor has failed, so that the finalizer does not
    /// report it as forgotten.</summary>
    public void Close() => Volatile.Write(ref _isClosed, true);

    /// <summary>Hands out a block that reads zero.</summary>
    /// <param name="bytes">The length; rounded up to a multiple of 128.</param>
    /// <param name="hugePages">Whether to request transparent huge pages for a block of 64 KiB or more.</param>
    /// <param name="collapsible">Whether to prepare a block of 2 MiB or more for <see cref="PostCollapse"/>.</param>
    /// <exception cref="OutOfMemoryException">The memory cannot be allocated; nothing has changed.</exception>
    public byte* Allocate(nuint bytes, bool hugePages = false, bool collapsible = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);

        // Far above anything an operating system maps, and far below the point where the rounding would wrap.
        if (bytes > nuint.MaxValue / 8 || FaultInjection.FailsAllocate(bytes))
        {
            PageMemory.ThrowOutOfMemory(bytes);
        }

        nuint blockBytes = RoundToGranule(bytes);
        BlockPool pool =
            blockBytes < LargeBlockBytes ? _smallBlocks :
            blockBytes < PageMemory.HugePageBytes ? (hugePages ? _sharedHugeBlocks : _largeBlocks) :
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
            // Reserve room first: once the block is taken, nothing can fail, and retiring it allocates nothing.
            _live.EnsureCapacity(_live.Count + 1);
            _retired.EnsureCapacity(_live.Count + _pending + 1);
            // [E8] acquire: entering the lock acquired what AddFree released, so a block taken here reads zero.
            nuint readyBytes = 0;
            if (!ReferenceEquals(pool, _collapsibleBlocks)
                || !TryTakeReady(occupiedBytes, out start, out readyBytes))
            {
                start = pool.Take(occupiedBytes, alignment);
            }

            _live.Add(start, new LiveBlock(blockBytes, occupiedBytes, pool, ++_serial, readyBytes));
            Interlocked.Add(ref _liveBytes, (long)occupiedBytes);
        }

        Interlocked.Add(ref s_processLiveBytes, (long)occupiedBytes);
        GC.KeepAlive(this);
        return (byte*)start;
    }

    private static nuint RoundToGranule(nuint bytes) => (bytes + (BlockGranuleBytes - 1)) & ~(BlockGranuleBytes - 1);

    private nuint ResidentFreeBytes() =>
        HasGuardPages
            ? _smallBlocks.ResidentFreeBytes
            : _smallBlocks.ResidentFreeBytes + _largeBlocks.ResidentFreeBytes
                + _hugeBlocks.ResidentFreeBytes
                + _sharedHugeBlocks.ResidentFreeBytes
                + _collapsibleBlocks.ResidentFreeBytes;

    // Takes no lock: no other thread is left that could hold one, and its wait handles may already be finalized.
    private void Finish()
    {
        if (_mappings is null)
        {
            return; // the constructor threw
        }

        // The map may have been resurrected. Or another finalizer may just have disposed it and queued its blocks for
        // the maintenance thread, and a later collection may have cleared the handle.
        bool mapIsReachable = _map.IsAllocated && !IsForgotten;
        // Ready blocks first: a block leaves them only after it counts as pending.
        bool isWorkedOn = HasReady || Volatile.Read(ref _posted) || Volatile.Read(ref _pending) != 0
            || IsCollapsing;
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

    private readonly record struct LiveBlock(
        nuint Bytes, nuint OccupiedBytes, BlockPool Pool, long Serial, nuint ReadyBytes);
}

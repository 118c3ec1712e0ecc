using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>The shards of one map: pointers into its native block, and every concurrent operation on them.</summary>
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Grown tables of this length and more get huge pages, if those are asked for; smaller ones fit the TLB.</summary>
    public const nuint MinCollapseBytes = PageMemory.HugePageBytes;

    private readonly ReadView* _views;
    private readonly nuint _viewMask;
    private readonly HashSeed _seed;
    private readonly WriteSide* _writeSides;
    private readonly MapHeader* _header;
    private readonly TableRef _sentinel;
    private readonly Arena _arena;
    private readonly ShardSetOptions _options;
    private readonly BackgroundMigration? _background;
    private int _disposed;

    /// <summary>Creates the shards and their tables.</summary>
    /// <exception cref="NotSupportedException">Keys and values are too large.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory; nothing is kept.</exception>
    public ShardSet(ShardSetOptions options, object owner)
    {
        EntryLimit.ThrowIfTooLarge<TKey, TValue>();
        _options = options;
        _background = options.BackgroundMigration && owner is IMigratingMap map ? new BackgroundMigration(map) : null;
        _seed = options.Seed ?? HashSeed.Create();
        _arena = new Arena();
        _arena.Attach(owner, ownerName: options.Name);
        try
        {
            MapBlock block = MapBlock.Create<TKey, TValue, THasher>(_arena, options, _seed);
            _header = block.Header;
            _views = _header->Views;
            _writeSides = _header->WriteSides;
            _sentinel = block.Sentinel;
            _viewMask = (nuint)(uint)(options.ShardCount - 1) << HashBits.ShardShift;
            if (options.Capacity > 0)
            {
                EnsureCapacity(options.Capacity);
            }
        }
        catch
        {
            _arena.Close();
            throw;
        }
    }

    public readonly int ShardCount => _options.ShardCount;

    public readonly Arena Arena => _arena;

    public readonly MapHeader* Header => _header;

    public readonly string? Name => _options.Name;

    /// <summary>What a shard has before its first insert, and after Dispose.</summary>
    public readonly TableRef Sentinel => _sentinel;

    /// <summary>Finishes the migrations of idle shards, if the map has asked for it.</summary>
    public readonly BackgroundMigration? Background => _background;

    public readonly int MigrationStepGroups => _options.MigrationStepGroups;

    public readonly bool HugePages => _options.HugePages;

    public readonly long ReadRetries => Interlocked.Read(ref _header->ReadRetries);

    public readonly bool IsDisposed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m; looked at under the lock
        get => Volatile.Read(ref Unsafe.AsRef(in _disposed)) != 0;
    }

    /// <summary>Entries in all shards, summed without a lock.</summary>
    public readonly long Count
    {
        get
        {
            long count = 0;
            for (int shard = 0; shard < ShardCount; shard++)
            {
                count += Volatile.Read(ref _writeSides[shard].Count);
            }

            return count;
        }
    }

    /// <summary>Entries that the current tables take before a shard grows.</summary>
    public readonly long Capacity
    {
        get
        {
            long capacity = 0;
            for (int shard = 0; shard < ShardCount; shard++)
            {
                capacity += Volatile.Read(ref _writeSides[shard].MaxEntries);
            }

            return capacity;
        }
    }

    private static int Slots => GroupShape<TKey, TValue>.Slots;

    private static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    /// <summary>Whether hashing or comparing keys may run the user's code.</summary>
    internal static bool KeysRunUserCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // a constant, but not if it is called
        get => typeof(THasher) != typeof(DefaultHasher<TKey>) || !DefaultHasher<TKey>.KnowsKey;
    }

    public readonly void ThrowIfDisposed()
    {
        if (IsDisposed)
        {
            ThrowDisposed();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowDisposed() => throw new ObjectDisposedException("ShardMap");

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    public readonly ulong Hash(TKey key) => default(THasher).Hash(key, _seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    private readonly ReadView* ViewOf(ulong hash) => (ReadView*)((byte*)_views + HashBits.ViewOffset(hash, _viewMask));

    private readonly WriteSide* SideOf(ReadView* view) =>
        (WriteSide*)((byte*)_writeSides + ((nuint)((byte*)view - (byte*)_views) * (WriteSide.Bytes / ReadView.Bytes)));

    /// <summary>The thread that is about to take a lock of this map, refused if it holds one already.</summary>
    /// <exception cref="InvalidOperationException">The thread is inside a callback of this map.</exception>
    public readonly ThreadState EnterThread()
    {
        ThreadState thread = ThreadState.Current;
        if (thread.CallbackDepth != 0)
        {
            EnterFromCallback(thread);
        }

        return thread;
    }

    /// <exception cref="InvalidOperationException">The thread is inside a callback of this map.</exception>
    public readonly void ThrowIfInCallback() => EnterThread();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void EnterFromCallback(ThreadState thread)
    {
        if (thread.IsInCallbackOf(_arena))
        {
            throw new InvalidOperationException(
                "A callback, the key's Equals or the hasher has called back into the map that is running it. "
                + "Callbacks may read this map, and use others.");
        }

        thread.ReserveCallback();
    }

    /// <summary>The shard of a hash.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    private readonly Shard<TKey, TValue, THasher> ShardFor(ulong hash)
    {
        ReadView* view = ViewOf(hash);
        return new Shard<TKey, TValue, THasher>(in this, view, SideOf(view));
    }

    /// <summary>The shard with this index.</summary>
    [UnscopedRef]
    public readonly Shard<TKey, TValue, THasher> ShardAt(int shard) => new(in this, _views + shard, _writeSides + shard);

    /// <summary>The shard with this index, whose lock the thread owns already.</summary>
    [UnscopedRef]
    private readonly LockedShard<TKey, TValue, THasher> OwnedAlready(int shard, ThreadState thread, bool guarded) =>
        LockedShard<TKey, TValue, THasher>.OwnedAlready(ShardAt(shard), thread, guarded);

    public readonly bool IsSentinel(TableRef table) => table.Equals(_sentinel);

    /// <summary>A zeroed table.</summary>
    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    public readonly TableRef AllocateTable(TableSize size, bool reserved)
    {
        nuint bytes = size.Bytes(Stride);
        bool hugePages = reserved && _options.HugePages;
        byte* block = _arena.Allocate(bytes, hugePages, collapsible: _options.HugePages && bytes >= MinCollapseBytes);
        if (reserved && _options.Prefault)
        {
            PageMemory.Prefault(block, bytes);
        }

        return TableRef.Create(block, size);
    }

    /// <summary>Returns a table that no shard refers to any more. Outside all locks.</summary>
    public readonly void Retire(TableRef table)
    {
        if (GroupShape<TKey, TValue>.IsMisreadWhenStale)
        {
            ThreadState.AwaitWrites(_writeSides, (uint)ShardCount);
        }

        _arena.Retire(table.Base, table.Size.Bytes(Stride));
    }
}

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
    private readonly ReadView* _views;
    private readonly nuint _viewMask;
    private readonly HashSeed _seed;
    private readonly WriteSide* _writeSides;
    private readonly MapHeader* _header;
    private readonly TableRef _sentinel;
    private readonly Arena _arena;
    private readonly ShardSetOptions _options;
    private int _disposed;

    /// <summary>Creates the shards and their tables.</summary>
    /// <exception cref="OutOfMemoryException">The system refuses the memory; nothing is kept.</exception>
    public ShardSet(ShardSetOptions options, object owner)
    {
        _options = options;
        _seed = options.Seed ?? HashSeed.Create();
        _arena = new Arena();
        _arena.Attach(owner);
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

    public readonly int ShardCount => _options.ShardCount;

    public readonly Arena Arena => _arena;

    public readonly MapHeader* Header => _header;

    public readonly string? Name => _options.Name;

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
            for (int shard = 0; shard < _options.ShardCount; shard++)
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
            for (int shard = 0; shard < _options.ShardCount; shard++)
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
    private readonly ThreadState EnterThread()
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

    /// <summary>Returns a table that no shard refers to any more. Outside all locks.</summary>
    private readonly void Retire(TableRef table)
    {
        if (GroupShape<TKey, TValue>.IsMisreadWhenStale)
        {
            ThreadState.AwaitChanges(_writeSides, (uint)_options.ShardCount);
        }

        _arena.Retire(table.Base, table.Size.Bytes(Stride));
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastShardMap.Hashing;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// THE PROTOCOL, in short. native-layout-docs/protocol.md explains it in full, in order and with pictures;
// native-layout-docs/memory-ordering.md lists the edges (E…), each with its two sides.
//
// STATE. A shard has a read view and a write side. The read view (generation, current, previous and settled table)
// is used by readers and changes rarely. The write side (lock, count, migration cursor) belongs to the owner of the
// lock. A table is a block of groups; the word that refers to it holds its address and size. A group consists of a
// control word (tags and overflow count), a version (with the overflow filter), and slots. Generation and version
// are seqlocks: they are odd while a writer is at work, and never return to an earlier value after a change.
//
// READ, without a lock. The reader loads the generation (E2), then the tables. It searches the previous table, if
// there is one, then the current table. In each group, it loads the version (E4) and the control word (E7), copies
// key and value of a slot with the tag, loads the version again (E3, E5), and only then compares the key. A group
// whose overflow filter does not have the key's bit ends the search. Finally, the reader loads the generation again
// (E1). If the generation has changed, the bytes read may belong to another table, and the read starts over. After
// MaxReadAttempts, the reader takes the lock.
//
// WRITE, under the lock. The writer first helps a running migration, then searches the previous table and the
// current one. The operation works on a copy of the value, while every version is even; user code runs at this point
// and may throw. A change makes the version odd (E3), stores, and makes the version even (E4). An insert raises the
// overflow counts on its path and sets the bits of the filters before the change; a removal lowers and clears them
// after it (E7). The unlock is an exchange (E9); otherwise two threads could each insert a key, and both miss the
// other's.
//
// WRITE, without the lock, replaces the value of a present key in its home group. The thread announces the shard (E12),
// puts its id into the version of the group by compare-exchange, and then reads the shard's lock. An owner of the lock
// takes it and then reads the version (E11). At least one of them sees the other: either the thread backs off, or the
// owner waits. Owners of all locks wait for the announcements instead. Where the stride of groups does not divide the
// alignment of blocks, a stale table could make an entry look like a version. There, the announcement is a full fence
// before the view is read, and a table is given back only after the announced write has ended (E13).
//
// SETTLED. A view that is complete and has one table names it once more, as the settled table, and then a lookup in its
// home group needs only that. The mark "unsettled" is stored before the generation becomes odd (E14), and the table
// after the generation is even (E15).
//
// MIGRATE. Growth, shrinking and rebuilding make a new table current and the old one previous (E1, E2). Every write
// moves some groups: it hashes all keys of the group, inserts its entries into the current table, and marks the group
// as moved (E6). A moved group is not written again, and does not end a search. When the last group has moved, the
// previous table leaves the view, and is retired outside the lock (E8).
//
// LONG KEYS. The bytes of a key of more than 15 bytes are in a record, whose address is in the slot. A reader follows
// the address of a copied slot only after the version and the generation have confirmed the copy, and checks both again
// after it has compared the bytes (E16). A writer fills the record before it publishes the slot (E4), and releases the
// record after it has taken the key out of the table (E16). Moves between tables copy slots, and leave records alone.
//
// VALUES OF ANY LENGTH are in the record of their key. A reader copies the bytes before it checks both words again
// (E16). A write to a present key fills another record, exchanges the slot, and then releases the record from before.
//
// FREEZE. A snapshot takes all locks and starts a migration in every shard. The previous tables belong to the snapshot.
// Their slots and control words do not change, because a write moves the group of its key before it writes. If the
// cursor is still 0 when the snapshot ends, nothing was written, and the table becomes current again. Readers of the
// snapshot check a flag after every copy (E10).
//
// CLEAR makes all generations odd before the first becomes even again; otherwise a reader could see one shard
// cleared and another not. DISPOSE replaces the tables of one shard after the other by the sentinel, whose overflow
// filter makes every lookup check the disposed flag.
//
// GIVE-BACK. There is no record of the readers that still use a retired table, so its address range stays mapped until
// the arena is finalized. Its pages return to the operating system, the block reads zero, and the arena hands it out
// again, under its own lock (E8). A stale reader stays inside the block, and discards what it has read because the
// generation has changed (E1).

/// <summary>The shards of one map: pointers into its native block, the mapping from keys to shards, and operations on
/// all shards.</summary>
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Grown tables of at least this size get huge pages, if the map asks for them. Smaller tables fit the
    /// TLB.</summary>
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
    /// <exception cref="NotSupportedException">An entry of these key and value types is too large.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing stays
    /// allocated.</exception>
    public ShardSet(ShardSetOptions options, object owner)
    {
        EntryLimit.ThrowIfTooLarge<TKey, TValue>();
        if (BlobStore<TKey, TValue>.HasBlobs && options.KeyForm == KeyForm.Fixed)
        {
            throw new ArgumentException("Values of any length need record memory.", nameof(options));
        }

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

    /// <summary>The map as exceptions and <c>ToString</c> name it, such as
    /// <c>ShardMap&lt;UInt64, Int64&gt; 'orders'</c>.</summary>
    public readonly string Description
    {
        get
        {
            bool isCache = typeof(TValue).IsGenericType
                && typeof(TValue).GetGenericTypeDefinition() == typeof(CacheEntry<>);
            string value = isCache ? typeof(TValue).GetGenericArguments()[0].Name : typeof(TValue).Name;
            if (BlobStore<TKey, TValue>.HasBlobs)
            {
                string blobs = isCache ? "BlobShardCache" : "BlobShardMap";
                return Name is null ? blobs : $"{blobs} '{Name}'";
            }

            string key = typeof(TKey) == typeof(RecordKey) ? "bytes" : typeof(TKey).Name;
            string name = Name is null ? string.Empty : $" '{Name}'";
            string type = isCache ? "ShardCache" : "ShardMap";
            return $"{type}<{key}, {value}>{name}";
        }
    }

    /// <summary>The table that shards use before their first insert, and after Dispose.</summary>
    public readonly TableRef Sentinel => _sentinel;

    /// <summary>Finishes the migrations of idle shards; null unless the map asks for it.</summary>
    public readonly BackgroundMigration? Background => _background;

    public readonly int MigrationStepGroups => _options.MigrationStepGroups;

    public readonly bool HugePages => _options.HugePages;

    public readonly long ReadRetries => Interlocked.Read(ref _header->ReadRetries);

    public readonly bool IsDisposed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m; read under the lock
        get => Volatile.Read(ref Unsafe.AsRef(in _disposed)) != 0;
    }

    /// <summary>The number of entries in all shards, summed without a lock.</summary>
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

    /// <summary>The number of entries that the current tables can hold before a shard grows.</summary>
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

    /// <summary>Whether a lookup copies the value straight to the caller, and not through registers.</summary>
    internal static readonly bool ValuesGoStraight = sizeof(TValue) > WideValue.MaxRegisterBytes;

    /// <summary>Whether hashing or comparing keys may run user code.</summary>
    internal static readonly bool KeysRunUserCode =
        !KeyTraits<TKey>.IsKnown
        || (typeof(THasher) != typeof(DefaultHasher<TKey>) && typeof(THasher) != typeof(FloodResistantHasher<TKey>)
            && typeof(THasher) != typeof(RecordKeyHasher));

    /// <summary>Whether the hash code has a part that is known early.</summary>
    private static readonly bool HashesInParts =
        typeof(THasher) == typeof(DefaultHasher<TKey>) && KeyTraits<TKey>.IsKnown;

    public readonly void ThrowIfDisposed()
    {
        if (IsDisposed)
        {
            ThrowDisposed();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void ThrowDisposed() => throw new ObjectDisposedException(Description);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    public readonly ulong Hash(TKey key) => default(THasher).Hash(key, _seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    private readonly ReadView* ViewOf(ulong hash) => (ReadView*)((byte*)_views + HashBits.ViewOffset(hash, _viewMask));

    private readonly WriteSide* SideOf(ReadView* view) =>
        (WriteSide*)((byte*)_writeSides + ((nuint)((byte*)view - (byte*)_views) * (WriteSide.Bytes / ReadView.Bytes)));

    /// <summary>Returns the state of the calling thread, which is about to take a lock of this map.</summary>
    /// <exception cref="InvalidOperationException">The thread is inside a callback of this map, and so holds a lock of
    /// it.</exception>
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
                "A callback, the key's Equals or the hasher called back into the map that is running it. "
                + "Callbacks may read this map, and may use other maps.");
        }

        thread.ReserveCallback();
    }

    /// <summary>Returns the shard of a hash.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    public readonly Shard<TKey, TValue, THasher> ShardFor(ulong hash)
    {
        ReadView* view = ViewOf(hash);
        return new Shard<TKey, TValue, THasher>(in this, view, SideOf(view));
    }

    /// <summary>The shard of a key, as early as its bits are known.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Receives the hash code, in which the bits of the shard may be wrong.</param>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, dep-1k
    public readonly Shard<TKey, TValue, THasher> ShardFor(TKey key, out ulong hash)
    {
        ulong shardBits;
        if (HashesInParts)
        {
            hash = DefaultHasher<TKey>.HashInParts(key, _seed, out shardBits);
        }
        else
        {
            hash = Hash(key);
            shardBits = hash;
        }

        return ShardFor(shardBits);
    }

    /// <summary>Returns the shard with this index.</summary>
    [UnscopedRef]
    public readonly Shard<TKey, TValue, THasher> ShardAt(int shard) =>
        new(in this, _views + shard, _writeSides + shard);

    /// <summary>Returns the shard with this index, whose lock the thread already owns.</summary>
    [UnscopedRef]
    private readonly LockedShard<TKey, TValue, THasher> OwnedAlready(int shard, ThreadState thread, bool guarded) =>
        LockedShard<TKey, TValue, THasher>.OwnedAlready(ShardAt(shard), thread, guarded);

    public readonly bool IsSentinel(TableRef table) => table.Equals(_sentinel);

    /// <summary>Allocates a zeroed table.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
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

    /// <summary>Returns a table to the arena. Requires that no shard refers to the table, and that the caller holds no
    /// lock.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isZero">Whether nothing was written to the table.</param>
    public readonly void Retire(TableRef table, bool isZero = false)
    {
        if (GroupShape<TKey, TValue>.IsMisreadWhenStale)
        {
            ThreadState.AwaitWrites(_writeSides, (uint)ShardCount);
        }

        _arena.Retire(table.Base, table.Size.Bytes(Stride), isZero);
    }
}

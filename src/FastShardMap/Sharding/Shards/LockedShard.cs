using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>
/// A scope in which one shard belongs to the calling thread: its lock, the guard against callbacks into the map, and the
/// tables that the shard gives up meanwhile, which go back to the arena after the lock is released.
/// </summary>
internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly Shard<TKey, TValue, THasher> _shard;
    private readonly ThreadState _thread;
    private readonly List<TableRef>? _collector;
    private readonly bool _ownsLock;
    private readonly bool _guarded;

    // One hold gives up two tables at most: the one that a migration has emptied, and an empty one that is replaced.
    private TableRef _retired;
    private TableRef _retiredToo;
    private TableRef _unused;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private LockedShard(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, bool ownsLock, bool guarded, List<TableRef>? collector)
    {
        _shard = shard;
        _thread = thread;
        _ownsLock = ownsLock;
        _guarded = guarded;
        _collector = collector;
        if (guarded)
        {
            thread.EnterCallback(shard.Map.Arena);
        }
    }

    public readonly ReadView* View => _shard.View;

    public readonly WriteSide* Side => _shard.Side;

    /// <summary>Whether the end of the scope may have woken a thread that was parked for the lock.</summary>
    public bool HasWoken { get; private set; }

    private readonly ref readonly ShardSet<TKey, TValue, THasher> Map => ref _shard.Map;

    private static int Slots => GroupShape<TKey, TValue>.Slots;

    private static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    /// <summary>The scope of a lock that was just taken, and that its end releases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static LockedShard<TKey, TValue, THasher> Owned(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, bool guarded) =>
        new(shard, thread, ownsLock: true, guarded, collector: null);

    /// <summary>A scope inside another one of this thread that owns the lock: a callback, or an exclusive phase.</summary>
    public static LockedShard<TKey, TValue, THasher> OwnedAlready(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, bool guarded) =>
        new(shard, thread, ownsLock: false, guarded, collector: null);

    /// <summary>One shard of a map whose locks this thread owns all. Tables that it gives up go to the collector, whose owner
    /// retires them after the locks.</summary>
    public static LockedShard<TKey, TValue, THasher> OfAll(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, List<TableRef> collector) =>
        new(shard, thread, ownsLock: false, guarded: false, collector);

    /// <summary>Ends the scope.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public void Dispose()
    {
        if (_guarded)
        {
            _thread.LeaveCallback();
        }

        if (_ownsLock)
        {
            HasWoken = ShardLock.Exit(Side);
        }

        if (!_retired.IsNone || !_unused.IsNone)
        {
            RetireTables();
        }
    }

    /// <summary>The shard has given a table up.</summary>
    private void Retire(TableRef table)
    {
        if (table.IsNone)
        {
            return;
        }

        if (_collector is not null)
        {
            _collector.Add(table);
        }
        else if (_retired.IsNone)
        {
            _retired = table;
        }
        else
        {
            Debug.Assert(_retiredToo.IsNone, "A third table was given up in one hold of the lock.");
            _retiredToo = table;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RetireTables()
    {
        foreach (TableRef table in (ReadOnlySpan<TableRef>)[_retired, _retiredToo])
        {
            if (!table.IsNone)
            {
                Map.Retire(table);
            }
        }

        if (!_unused.IsNone)
        {
            Map.Retire(_unused, isZero: true);
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

/// <summary>A scope in which the calling thread owns one shard. It holds the shard's lock, guards against callbacks
/// into the map, and collects the tables that the shard retires, which return to the arena after the lock is
/// released.</summary>
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

    // The shard retires at most two tables per scope: one that a migration has emptied, and an empty one that was
    // replaced.
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

    /// <summary>Creates the scope of a lock that was just taken. The end of the scope releases the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static LockedShard<TKey, TValue, THasher> Owned(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, bool guarded) =>
        new(shard, thread, ownsLock: true, guarded, collector: null);

    /// <summary>Creates a scope within another one of this thread that owns the lock: for a callback, or in an
    /// exclusive phase.</summary>
    public static LockedShard<TKey, TValue, THasher> OwnedAlready(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, bool guarded) =>
        new(shard, thread, ownsLock: false, guarded, collector: null);

    /// <summary>Creates the scope of one shard while this thread owns the locks of all shards. Tables that the shard
    /// retires go to the collector; the caller returns them to the arena after it has released the locks.</summary>
    public static LockedShard<TKey, TValue, THasher> OfAll(
        Shard<TKey, TValue, THasher> shard, ThreadState thread, List<TableRef> collector) =>
        new(shard, thread, ownsLock: false, guarded: false, collector);

    /// <summary>Ends the scope: releases the lock if the scope owns it, then returns retired tables to the
    /// arena.</summary>
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

        // In an exclusive phase, too: it would otherwise keep every large value that it has replaced.
        if (BlobStore<TKey, TValue>.HasBlobs && (_ownsLock || Side->IsExclusive != 0) && HasRetiredRecords)
        {
            Map.RetireSegments(Side->ShardIndex);
        }

        if (!_retired.IsNone || !_unused.IsNone)
        {
            RetireTables();
        }
    }

    /// <summary>Records a table that the shard no longer uses.</summary>
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
            Debug.Assert(_retiredToo.IsNone, "A third table was retired within one scope of the lock.");
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

        Map.RetireSegments(Side->ShardIndex);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

/// <summary>One shard of a map: the part that readers use, the part that writers share, and the map it belongs to.
/// Operations create this view when they need it; the state itself is in the native block of the map.</summary>
/// <remarks>This type contains what needs no lock. <see cref="LockedShard{TKey, TValue, THasher}"/> contains what runs
/// under the lock.</remarks>
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Groups moved per hold of the lock when a caller finishes a migration: a hold takes a few
    /// microseconds.</summary>
    public const ulong GroupsPerHold = 64;

    private readonly ref readonly ShardSet<TKey, TValue, THasher> _map;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public Shard(ref readonly ShardSet<TKey, TValue, THasher> map, ReadView* view, WriteSide* side)
    {
        _map = ref map;
        View = view;
        Side = side;
    }

    public ReadView* View { get; }

    public WriteSide* Side { get; }

    public ref readonly ShardSet<TKey, TValue, THasher> Map
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
        get => ref _map;
    }

    /// <summary>The record memory of a shard, for keys that have records.</summary>
    public static RecordHeap* HeapOf(WriteSide* side) => side->Map->RecordHeaps + side->ShardIndex;

    private static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    /// <summary>Prefetches the home group while the lock is being taken. A stale table is harmless.</summary>
    /// <remarks>Both lines of the usual group: a store that misses would delay the unlock for as long as the load
    /// delayed it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m, insert-growing-5m
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            byte* group = (byte*)Table<TKey, TValue>.HomeGroup(View->Current, hash);
            Sse.Prefetch0(group);
            if (Stride > GroupShape.LineBytes)
            {
                Sse.Prefetch0(group + GroupShape.LineBytes);
            }
        }
    }

    /// <summary>Finishes a running migration, in bounded holds of the lock.</summary>
    public void FinishMigration()
    {
        while (MoveSome(GroupsPerHold))
        {
        }
    }

    /// <summary>Moves up to this many groups of a migrating shard, in one hold of the lock.</summary>
    /// <returns>Whether groups are left to move.</returns>
    public bool MoveSome(ulong groups)
    {
        bool left = false;
        LockedShard<TKey, TValue, THasher> locked = Enter(_map.EnterThread(), guarded: true);
        try
        {
            _map.ThrowIfDisposed();
            left = locked.MoveSome(groups);
        }
        finally
        {
            locked.Dispose();
        }

        if (left && locked.HasWoken)
        {
            ShardLock.LeaveToWoken(Side);
        }

        return left;
    }

    /// <summary>Takes the shard's lock.</summary>
    /// <param name="thread">The calling thread, after <see cref="ThreadState.ReserveCallback"/> if it is inside a
    /// callback.</param>
    /// <param name="guarded">Whether user code may run under the lock; calls from it back into the map are then
    /// refused.</param>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted, and does not own the lock.</exception>
    public LockedShard<TKey, TValue, THasher> Enter(ThreadState thread, bool guarded)
    {
        ShardLock.Enter(Side, thread);
        return LockedShard<TKey, TValue, THasher>.Owned(this, thread, guarded);
    }
}

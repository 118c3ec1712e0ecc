using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Optimistic attempts before a read takes the lock: a tight writer must not live-lock it (hazard H8).</summary>
    private const int MaxReadAttempts = 32;

    private enum WalkResult
    {
        Miss,
        Hit,

        /// <summary>A writer was in the way: the answer is not known.</summary>
        Torn,
    }

    /// <summary>Reads a value without a lock, unless writers keep getting in the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    public readonly bool TryRead(in TKey key, out TValue value) => TryRead(key, Hash(key), out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    private readonly bool TryRead(in TKey key, ulong hash, out TValue value)
    {
        ReadView* view = ViewOf(hash);
        ulong generation = ViewGeneration.BeginRead(view);
        if ((generation & (ViewGeneration.Busy | ViewGeneration.Migrating)) == 0)
        {
            WalkResult result = Walk(view->Current, hash, key, out value);
            if (result == WalkResult.Hit)
            {
                if (ViewGeneration.ValidateAfterVersion(view, generation))
                {
                    return true;
                }
            }
            else if (result == WalkResult.Miss && ViewGeneration.Validate(view, generation))
            {
                ThrowIfDisposed();
                return false;
            }
        }

        return TryReadAgain(key, hash, out value);
    }

    /// <summary>The walk of a lock-free reader through one table.</summary>
    // Safety: the table's memory stays mapped while the map lives, whatever has become of the table; every index is
    // bounded by the size in the same word as the address.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    private static WalkResult Walk(TableRef table, ulong hash, in TKey key, out TValue value)
    {
        ulong tags = ControlGroups.Broadcast(HashBits.Tag(hash));
        Group* group = (Group*)table.HomeGroup(hash, Stride);
        ulong steps = 0;
        while (true)
        {
            ulong version = GroupVersion.BeginRead(group);
            ulong control = GroupVersion.ReadControl(group);
            ulong match = ControlGroups.Match(control, tags);
            if ((version & (GroupVersion.Busy | GroupVersion.Moved)) != 0)
            {
                if ((version & GroupVersion.Busy) != 0)
                {
                    value = default;
                    return WalkResult.Torn;
                }

                match = 0;
            }

            while (match != 0)
            {
                // Copies first, then the version, and only then a look at the key (hazard H5).
                int slot = ControlGroups.LowestSlot(match);
                TKey candidate = *Table<TKey, TValue>.KeyAt(group, slot);
                TValue copy = *Table<TKey, TValue>.ValueAt(group, slot);
                if (!GroupVersion.Validate(group, version))
                {
                    value = default;
                    return WalkResult.Torn;
                }

                if (key.Equals(candidate))
                {
                    value = copy;
                    return WalkResult.Hit;
                }

                match = ControlGroups.ClearLowest(match);
            }

            // A negative answer needs no version: the control word is atomic, and moves leave it alone.
            if (ControlWord.OverflowCount(control) == 0 || ++steps >= table.Groups)
            {
                value = default;
                return WalkResult.Miss;
            }

            group = Next(table, group);
        }
    }

    private static Group* Next(TableRef table, Group* group)
    {
        byte* next = (byte*)group + Stride;
        return (Group*)(next == table.Base + (table.Groups * (uint)Stride) ? table.Base : next);
    }

    /// <summary>The whole read: both tables, several attempts, then the lock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool TryReadAgain(TKey key, ulong hash, out TValue value)
    {
        ReadView* view = ViewOf(hash);
        for (int attempt = 0; attempt < MaxReadAttempts; attempt++)
        {
            ulong generation = ViewGeneration.BeginRead(view);
            if ((generation & ViewGeneration.Busy) == 0)
            {
                WalkResult result = WalkResult.Miss;
                value = default;
                if ((generation & ViewGeneration.Migrating) != 0)
                {
                    result = Walk(view->Previous, hash, key, out value);
                }

                if (result == WalkResult.Miss)
                {
                    result = Walk(view->Current, hash, key, out value);
                }

                if (result != WalkResult.Torn && ViewGeneration.Validate(view, generation))
                {
                    if (result == WalkResult.Miss)
                    {
                        ThrowIfDisposed();
                    }

                    return result == WalkResult.Hit;
                }
            }

            Thread.SpinWait(1 + attempt);
        }

        return TryReadLocked(key, hash, view, out value);
    }

    /// <summary>The read of last resort. A thread that owns the shard's lock already reads directly; one that owns
    /// another shard's (in a callback) may wait here, because a shard under a callback can be read without a lock.</summary>
    private readonly bool TryReadLocked(in TKey key, ulong hash, ReadView* view, out TValue value)
    {
        WriteSide* side = SideOf(view);
        ThreadState thread = ThreadState.Current;
        if (ShardLock.IsOwnedBy(side, thread))
        {
            return TryReadOwned(key, hash, view, out value);
        }

        ShardLock.Enter(side, thread);
        thread.EnterCallback(_arena);
        try
        {
            side->ReadFallbacks++;
            return TryReadOwned(key, hash, view, out value);
        }
        finally
        {
            thread.LeaveCallback();
            ShardLock.Exit(side);
        }
    }

    private readonly bool TryReadOwned(in TKey key, ulong hash, ReadView* view, out TValue value)
    {
        ThrowIfDisposed();
        if ((!view->Previous.IsNone && Table<TKey, TValue>.TryFind(view->Previous, hash, key, out SlotRef slot))
            || Table<TKey, TValue>.TryFind(view->Current, hash, key, out slot))
        {
            value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
            return true;
        }

        value = default;
        return false;
    }
}

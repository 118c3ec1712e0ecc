namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Copies the entries of the next range of hashes of a shard; see
    /// <see cref="LockedShard{TKey, TValue, THasher}.CopyRange(ref ulong, EntryBuffer{TKey, TValue})"/>.</summary>
    /// <returns><see langword="false"/> if that was the last range of the shard.</returns>
    public readonly bool CopyRange(int shard, ref ulong position, EntryBuffer<TKey, TValue> entries)
    {
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(_writeSides + shard, thread, "enumerate");
        using LockedShard<TKey, TValue, THasher> locked = ShardAt(shard).Enter(thread, guarded: true);
        try
        {
            ThrowIfDisposed();
            return locked.CopyRange(ref position, entries);
        }
        catch
        {
            entries.Clear(); // the next call repeats the range
            throw;
        }
    }

    /// <summary>Copies all entries at one instant to a new array.</summary>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public readonly KeyValuePair<TKey, TValue>[] ToArray()
    {
        using AllLocks<TKey, TValue, THasher> all = EnterAll();
        ThrowIfDisposed();
        long count = Count;
        if (count > Array.MaxLength)
        {
            Memory.PageMemory.ThrowOutOfMemory((nuint)count * (nuint)sizeof(KeyValuePair<TKey, TValue>));
        }

        KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[count];
        CopyAll(all.Thread, entries);
        return entries;
    }

    /// <summary>Copies all entries at one instant.</summary>
    /// <returns>The number of entries copied; or, if the destination is too small, the bitwise complement of the number
    /// of entries, and nothing is copied.</returns>
    public readonly long CopyTo(Span<KeyValuePair<TKey, TValue>> destination)
    {
        using AllLocks<TKey, TValue, THasher> all = EnterAll();
        ThrowIfDisposed();
        long count = Count;
        if (count > destination.Length)
        {
            return ~count;
        }

        CopyAll(all.Thread, destination);
        return count;
    }

    // Safety: the thread owns all locks.
    private readonly void CopyAll(ThreadState thread, Span<KeyValuePair<TKey, TValue>> destination)
    {
        int copied = 0;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            using LockedShard<TKey, TValue, THasher> locked = OwnedAlready(shard, thread, guarded: false);
            copied += locked.CopyTo(destination[copied..]);
        }
    }
}

using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Operations;
using FastShardMap.Tables;

namespace FastShardMap.Synchronization;

/// <summary>A single table without any synchronization, which the maps with other locking strategies use for their
/// shards. It grows by rebuilding the whole table, as most maps do.</summary>
internal sealed unsafe class LocalMap<TKey, TValue> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Arena _arena = new();
    private readonly HashSeed _seed;
    private TableRef _table;
    private long _maxEntries;
    private long _saturatedGroups;
    private long _removes;

    /// <param name="seed">The seed of all shards.</param>
    /// <param name="mapType">The type of the map to which the shard belongs.</param>
    public LocalMap(HashSeed seed, Type mapType)
    {
        _arena.Attach(this, mapType);
        _seed = seed;
    }

    public long Count { get; private set; }

    private static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    private static int Slots => GroupShape<TKey, TValue>.Slots;

    public bool TryGetValue(TKey key, ulong hash, out TValue value)
    {
        if (!_table.IsNone && Table<TKey, TValue>.TryFind(_table, hash, key, out SlotRef slot))
        {
            value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
            GC.KeepAlive(this);
            return true;
        }

        value = default;
        return false;
    }

    public void Write<TOperation>(TKey key, ulong hash, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (_table.IsNone || !Table<TKey, TValue>.TryFind(_table, hash, key, out SlotRef slot))
        {
            if (operation.OnAbsent(out TValue added) == EntryAction.Store)
            {
                Insert(key, hash, added);
            }

            return;
        }

        TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        switch (operation.OnFound(ref value))
        {
            case EntryAction.Store:
                Table<TKey, TValue>.Update<UnsharedGroups>(slot, value);
                break;
            case EntryAction.Remove:
                Table<TKey, TValue>.Remove<UnsharedGroups>(_table, hash, slot);
                Count--;
                CountTowardsRebuild();

                break;
            default:
                break;
        }

        GC.KeepAlive(this);
    }

    public void Clear()
    {
        TableRef old = _table;
        _table = TableRef.None;
        (Count, _maxEntries, _saturatedGroups, _removes) = (0, 0, 0, 0);
        Retire(old);
    }

    public void CopyTo(List<KeyValuePair<TKey, TValue>> entries)
    {
        for (ulong index = 0; !_table.IsNone && index < _table.Groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(_table, index);
            foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
            {
                entries.Add(new(*Table<TKey, TValue>.KeyAt(group, slot), *Table<TKey, TValue>.ValueAt(group, slot)));
            }
        }

        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _arena.Close();
        Clear();
        _arena.DrainRetired();
    }

    private void Insert(TKey key, ulong hash, TValue value)
    {
        if (Count >= _maxEntries)
        {
            Rebuild(_table.IsNone ? TableSize.PowerOfTwo(0) : TableSize.GrowFrom(_table.Groups));
        }

        _saturatedGroups += Table<TKey, TValue>.Insert<UnsharedGroups>(_table, hash, key, value);
        Count++;
        GC.KeepAlive(this);
    }

    /// <summary>Shortens the probe sequences after many removals. The removal has happened by then, so a failure of the
    /// rebuild, which would only have made lookups faster, is not reported.</summary>
    private void CountTowardsRebuild()
    {
        if (_saturatedGroups == 0 || ++_removes <= _maxEntries)
        {
            return;
        }

        _removes = 0;
        try
        {
            Rebuild(_table.Size);
        }
#pragma warning disable CA1031 // the hash code of the user's key may throw anything
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Copies all entries to a new table. If an exception is thrown, the old table is unchanged.</summary>
    private void Rebuild(TableSize size)
    {
        TableRef next = TableRef.Create(_arena.Allocate(size.Bytes(Stride)), size);
        TableRef unused = next;
        long saturated = 0;
        try
        {
            for (ulong index = 0; !_table.IsNone && index < _table.Groups; index++)
            {
                Group* group = Table<TKey, TValue>.GroupAt(_table, index);
                foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
                {
                    TKey key = *Table<TKey, TValue>.KeyAt(group, slot);
                    saturated += Table<TKey, TValue>.Insert<UnsharedGroups>(
                        next,
                        default(DefaultHasher<TKey>).Hash(key, _seed),
                        key,
                        *Table<TKey, TValue>.ValueAt(group, slot));
                }
            }

            unused = _table;
            _table = next;
            _maxEntries = TableSize.MaxEntries(size.Groups, Slots);
            (_saturatedGroups, _removes) = (saturated, 0);
        }
        finally
        {
            Retire(unused);
        }
    }

    private void Retire(TableRef table)
    {
        if (!table.IsNone)
        {
            _arena.Retire(table.Base, table.Size.Bytes(Stride));
        }
    }
}

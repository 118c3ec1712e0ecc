using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tables;

namespace FastShardMap.Tests.Support;

/// <summary>A table in memory of its own, and the count that a shard would keep.</summary>
internal sealed unsafe class NativeTable<TKey, TValue>(TableSize size)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Arena _arena = new(guardPages: true);
    private TableRef _ref;

    public TableRef Ref
    {
        get
        {
            if (_ref.IsNone)
            {
                _ref = TableRef.Create(_arena.Allocate(size.Bytes(Table<TKey, TValue>.Stride)), size);
            }

            return _ref;
        }
    }

    public long Count { get; private set; }

    public int Saturated { get; private set; }

    public long MaxEntries => TableSize.MaxEntries(size.Groups, Table<TKey, TValue>.Slots);

    public bool TryFind(TKey key, ulong hash, out TValue value)
    {
        bool found = Table<TKey, TValue>.TryFind(Ref, hash, key, out SlotRef slot);
        value = found ? *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot) : default;
        GC.KeepAlive(this);
        return found;
    }

    public bool TryInsert(TKey key, ulong hash, TValue value)
    {
        if (Table<TKey, TValue>.TryFind(Ref, hash, key, out _))
        {
            return false;
        }

        Assert.True(Count < MaxEntries, "The test fills the table past its limit.");
        Saturated += Table<TKey, TValue>.Insert<UnsharedGroups>(Ref, hash, key, value);
        Count++;
        GC.KeepAlive(this);
        return true;
    }

    public bool TryUpdate(TKey key, ulong hash, TValue value)
    {
        bool found = Table<TKey, TValue>.TryFind(Ref, hash, key, out SlotRef slot);
        if (found)
        {
            Table<TKey, TValue>.Update<UnsharedGroups>(slot, value);
        }

        GC.KeepAlive(this);
        return found;
    }

    public bool TryRemove(TKey key, ulong hash)
    {
        bool found = Table<TKey, TValue>.TryFind(Ref, hash, key, out SlotRef slot);
        if (found)
        {
            Table<TKey, TValue>.Remove<UnsharedGroups>(Ref, hash, slot);
            Count--;
        }

        GC.KeepAlive(this);
        return found;
    }

    public Group* GroupAt(ulong index) => Table<TKey, TValue>.GroupAt(Ref, index);

    public IReadOnlyList<string> FindViolations(Func<TKey, ulong> hashOf)
    {
        IReadOnlyList<string> violations = Table<TKey, TValue>.FindViolations(Ref, hashOf, out long entries);
        GC.KeepAlive(this);
        return entries == Count || violations.Count > 0 ? violations : [$"{entries} entries, {Count} expected"];
    }
}

namespace FastShardMap.Operations;

/// <summary>Adds a value, or changes the existing value, by a functor.</summary>
internal struct UpsertOperation<TKey, TValue, TUpserter>(TKey key, TUpserter upserter) : IEntryOperation<TValue>
    where TValue : unmanaged
    where TUpserter : struct, IValueUpserter<TKey, TValue>
{
    private readonly TKey _key = key;

    public TUpserter Upserter = upserter;

    public static bool RunsUserCode => true;

    public readonly bool KeepsKey => true;

    public TValue Value { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Upserter.Update(_key, ref value);
        Value = value;
        return EntryAction.Store;
    }

    public EntryAction OnAbsent(out TValue value)
    {
        Value = value = Upserter.Create(_key);
        return EntryAction.Store;
    }
}

namespace FastShardMap.Operations;

/// <summary>Adds a value from a factory if the key is absent.</summary>
internal struct FactoryOperation<TKey, TValue, TFactory>(TKey key, TFactory factory) : IEntryOperation<TValue>
    where TValue : unmanaged
    where TFactory : struct, IValueFactory<TKey, TValue>
{
    private readonly TKey _key = key;

    public TFactory Factory = factory;

    public static bool RunsUserCode => true;

    public readonly bool KeepsKey => true;

    public TValue Value { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Value = value;
        return EntryAction.None;
    }

    public EntryAction OnAbsent(out TValue value)
    {
        Value = value = Factory.Create(_key);
        return EntryAction.Store;
    }
}

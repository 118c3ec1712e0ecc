namespace FastShardMap.Operations;

/// <summary>Stores a value, whether the key is present or not.</summary>
internal readonly struct StoreOperation<TValue>(TValue newValue) : IEntryOperation<TValue>
    where TValue : unmanaged
{
    private readonly TValue _newValue = newValue;

    public static bool RunsUserCode => false;

    public bool KeepsKey => true;

    public EntryAction OnFound(ref TValue value)
    {
        value = _newValue;
        return EntryAction.Store;
    }

    public EntryAction OnAbsent(out TValue value)
    {
        value = _newValue;
        return EntryAction.Store;
    }
}

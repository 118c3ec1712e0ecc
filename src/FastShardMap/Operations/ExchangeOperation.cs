namespace FastShardMap.Operations;

/// <summary>Replaces the value of a present key, and returns the old value.</summary>
internal struct ExchangeOperation<TValue>(TValue newValue) : IEntryOperation<TValue>
    where TValue : unmanaged
{
    private readonly TValue _newValue = newValue;

    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => true;

    public TValue Value { get; private set; }

    public bool Found { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Value = value;
        Found = true;
        value = _newValue;
        return EntryAction.Store;
    }

    public readonly EntryAction OnAbsent(out TValue value)
    {
        value = default;
        return EntryAction.None;
    }
}

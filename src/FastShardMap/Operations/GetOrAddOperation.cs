namespace FastShardMap.Operations;

/// <summary>Adds a value if the key is absent, and returns the value that the key has afterwards.</summary>
internal struct GetOrAddOperation<TValue>(TValue newValue) : IEntryOperation<TValue>
    where TValue : unmanaged
{
    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    public TValue Value { get; private set; } = newValue;

    public bool Added { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Value = value;
        return EntryAction.None;
    }

    public EntryAction OnAbsent(out TValue value)
    {
        value = Value;
        Added = true;
        return EntryAction.Store;
    }
}

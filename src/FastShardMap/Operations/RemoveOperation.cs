namespace FastShardMap.Operations;

/// <summary>Removes an entry, and returns its value.</summary>
internal struct RemoveOperation<TValue> : IEntryOperation<TValue>
    where TValue : unmanaged
{
    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    public TValue Value { get; private set; }

    public bool Found { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Value = value;
        Found = true;
        return EntryAction.Remove;
    }

    public readonly EntryAction OnAbsent(out TValue value)
    {
        value = default;
        return EntryAction.None;
    }
}

namespace FastShardMap.Operations;

/// <summary>Replaces a value, or removes its entry, if the value equals a given value.</summary>
internal struct CompareOperation<TValue>(TValue newValue, TValue comparisonValue, EntryAction action)
    : IEntryOperation<TValue>
    where TValue : unmanaged
{
    private readonly TValue _newValue = newValue;
    private TValue _comparisonValue = comparisonValue;
    private readonly EntryAction _action = action;

    public static bool RunsUserCode => ValueEquality<TValue>.RunsUserCode;

    public readonly bool KeepsKey => _action == EntryAction.Store;

    public bool Done { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        if (!ValueEquality<TValue>.AreEqual(ref value, ref _comparisonValue))
        {
            return EntryAction.None;
        }

        Done = true;
        value = _newValue;
        return _action;
    }

    public readonly EntryAction OnAbsent(out TValue value)
    {
        value = default;
        return EntryAction.None;
    }
}

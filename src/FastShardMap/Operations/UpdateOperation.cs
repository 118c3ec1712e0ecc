namespace FastShardMap.Operations;

/// <summary>Changes the value of a present key by a functor.</summary>
internal struct UpdateOperation<TValue, TUpdater>(TUpdater updater) : IEntryOperation<TValue>
    where TValue : unmanaged
    where TUpdater : struct, IValueUpdater<TValue>
{
    public TUpdater Updater = updater;

    public static bool RunsUserCode => true;

    public readonly bool KeepsKey => true;

    public bool Found { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Updater.Update(ref value);
        Found = true;
        return EntryAction.Store;
    }

    public readonly EntryAction OnAbsent(out TValue value)
    {
        value = default;
        return EntryAction.None;
    }
}

namespace FastShardMap.Operations;

/// <summary>Changes the value of a present key by a functor, which decides whether to keep the entry.</summary>
internal struct KeepOperation<TValue, TKeeper>(TKeeper keeper) : IEntryOperation<TValue>
    where TValue : unmanaged
    where TKeeper : struct, IValueKeeper<TValue>
{
    public TKeeper Keeper = keeper;

    public static bool RunsUserCode => true;

    public readonly bool KeepsKey => false;

    public bool Found { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        EntryAction action = Keeper.Keep(ref value) ? EntryAction.Store : EntryAction.Remove;
        Found = true;
        return action;
    }

    public readonly EntryAction OnAbsent(out TValue value)
    {
        value = default;
        return EntryAction.None;
    }
}

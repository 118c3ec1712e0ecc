using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Replaces a value of any length, or removes its entry, if it has a given version.</summary>
/// <param name="presented">The value to store, in the caller's memory.</param>
/// <param name="version">The version to compare with.</param>
/// <param name="action">Whether to replace or to remove.</param>
internal struct BlobVersionOperation(BlobRef presented, long version, EntryAction action) : IEntryOperation<BlobRef>
{
    private readonly BlobRef _presented = presented;
    private readonly long _version = version;
    private readonly EntryAction _action = action;

    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    public bool Done { get; private set; }

    public EntryAction OnFound(ref BlobRef value)
    {
        if (value.Version != _version)
        {
            return EntryAction.None;
        }

        Done = true;
        value = _presented;
        return _action;
    }

    public readonly EntryAction OnAbsent(out BlobRef value)
    {
        value = default;
        return EntryAction.None;
    }
}

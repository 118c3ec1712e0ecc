using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Adds a value of any length if the key is absent.</summary>
/// <param name="presented">The value in the caller's memory.</param>
internal struct BlobAddOperation(BlobRef presented) : IEntryOperation<BlobRef>
{
    private readonly BlobRef _presented = presented;

    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    /// <summary>Whether the key was absent.</summary>
    public bool Added { get; private set; }

    public readonly EntryAction OnFound(ref BlobRef value) => EntryAction.None;

    public EntryAction OnAbsent(out BlobRef value)
    {
        Added = true;
        value = _presented;
        return EntryAction.Store;
    }
}

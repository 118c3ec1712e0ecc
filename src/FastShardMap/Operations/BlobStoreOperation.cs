using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Stores a value of any length, whether the key is present or not.</summary>
/// <param name="presented">The value in the caller's memory.</param>
internal struct BlobStoreOperation(BlobRef presented) : IEntryOperation<BlobRef>
{
    private readonly BlobRef _presented = presented;

    public static bool RunsUserCode => false;

    /// <summary>Such values are never changed in place, because that releases a record.</summary>
    public readonly bool KeepsKey => false;

    /// <summary>Whether the key was absent.</summary>
    public bool Added { get; private set; }

    public readonly EntryAction OnFound(ref BlobRef value)
    {
        value = _presented;
        return EntryAction.Replace;
    }

    public EntryAction OnAbsent(out BlobRef value)
    {
        Added = true;
        value = _presented;
        return EntryAction.Store;
    }
}

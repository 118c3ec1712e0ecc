using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Replaces a value of any length if it has given bytes.</summary>
/// <param name="presented">The value to store, in the caller's memory.</param>
/// <param name="comparison">The value to compare with, in the caller's memory.</param>
internal struct BlobCompareOperation(BlobRef presented, BlobRef comparison) : IEntryOperation<BlobRef>
{
    private readonly BlobRef _presented = presented;
    private readonly BlobRef _comparison = comparison;

    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    public bool Done { get; private set; }

    public EntryAction OnFound(ref BlobRef value)
    {
        if (!value.Bytes.SequenceEqual(_comparison.Bytes))
        {
            return EntryAction.None;
        }

        Done = true;
        value = _presented;
        return EntryAction.Replace;
    }

    public readonly EntryAction OnAbsent(out BlobRef value)
    {
        value = default;
        return EntryAction.None;
    }
}

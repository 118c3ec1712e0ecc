using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Removes the entry of each key, whose value has any length.</summary>
/// <param name="removed">Receives whether each key was present; empty if only the number is wanted.</param>
internal ref struct BlobRemoveRange(Span<bool> removed) : IEntryRange<BlobRef, BlobRemoveOperation>
{
    private readonly RangeReport _report = new(removed);

    public int Count { get; private set; }

    public readonly BlobRemoveOperation OperationAt(int index) => new(default, needsBytes: false);

    public void Record(int index, in BlobRemoveOperation operation)
    {
        Count += _report.Note(index, operation.Done);
    }
}

using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Adds one value of any length per key, if the key is absent.</summary>
/// <param name="values">One value per key.</param>
/// <param name="added">Receives whether each key was added; empty if only the number is wanted.</param>
internal ref struct BlobAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> values, Span<bool> added)
    : IEntryRange<BlobRef, BlobAddOperation>
{
    private readonly RangeReport _report = new(added);
    private PinnedValues _values = new(values);

    public int Count { get; private set; }

    public BlobAddOperation OperationAt(int index) => new(_values.Present(index));

    public void Record(int index, in BlobAddOperation operation)
    {
        Count += _report.Note(index, operation.Added);
    }

    public void Unpin() => _values.Unpin();
}

using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Adds one value of any length per key, if the key is absent.</summary>
/// <param name="values">One value per key.</param>
/// <param name="added">Receives whether each key was added; empty if only the number is wanted.</param>
internal ref struct BlobAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> values, Span<bool> added)
    : IEntryRange<BlobRef, BlobAddOperation>
{
    private readonly Span<bool> _added = added;
    private PinnedValues _values = new(values);

    public int Count { get; private set; }

    public BlobAddOperation OperationAt(int index) => new(_values.Present(index));

    public void Record(int index, in BlobAddOperation operation)
    {
        Count += operation.Added ? 1 : 0;
        if (!_added.IsEmpty)
        {
            _added[index] = operation.Added;
        }
    }

    public void Unpin() => _values.Unpin();
}

using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Stores one value of any length per key, whether the key is present or not.</summary>
/// <param name="values">One value per key.</param>
internal ref struct BlobStoreRange(ReadOnlySpan<ReadOnlyMemory<byte>> values)
    : IEntryRange<BlobRef, BlobStoreOperation>
{
    private PinnedValues _values = new(values);

    public BlobStoreOperation OperationAt(int index) => new(_values.Present(index));

    public readonly void Record(int index, in BlobStoreOperation operation)
    {
        // Nothing is reported.
    }

    public void Unpin() => _values.Unpin();
}

namespace FastShardMap.Operations;

/// <summary>Stores one value per key, whether the key is present or not.</summary>
internal readonly ref struct StoreRange<TValue>(ReadOnlySpan<TValue> values)
    : IEntryRange<TValue, StoreOperation<TValue>>
    where TValue : unmanaged
{
    private readonly ReadOnlySpan<TValue> _values = values;

    public StoreOperation<TValue> OperationAt(int index) => new(_values[index]);

    public void Record(int index, in StoreOperation<TValue> operation)
    {
        // Nothing is reported.
    }
}

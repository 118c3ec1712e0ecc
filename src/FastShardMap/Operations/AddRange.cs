namespace FastShardMap.Operations;

/// <summary>Adds one value per key, if the key is absent.</summary>
/// <param name="values">One value per key.</param>
/// <param name="added">Receives whether each key was added; empty if only the number is wanted.</param>
internal ref struct AddRange<TValue>(ReadOnlySpan<TValue> values, Span<bool> added)
    : IEntryRange<TValue, GetOrAddOperation<TValue>>
    where TValue : unmanaged
{
    private readonly ReadOnlySpan<TValue> _values = values;
    private readonly Span<bool> _added = added;

    public int Count { get; private set; }

    public readonly GetOrAddOperation<TValue> OperationAt(int index) => new(_values[index]);

    public void Record(int index, in GetOrAddOperation<TValue> operation)
    {
        Count += operation.Added ? 1 : 0;
        if (!_added.IsEmpty)
        {
            _added[index] = operation.Added;
        }
    }
}

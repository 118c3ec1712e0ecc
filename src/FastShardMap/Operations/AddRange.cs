namespace FastShardMap.Operations;

/// <summary>Adds one value per key, if the key is absent.</summary>
/// <param name="values">One value per key.</param>
/// <param name="added">Receives whether each key was added; empty if only the number is wanted.</param>
internal ref struct AddRange<TValue>(ReadOnlySpan<TValue> values, Span<bool> added)
    : IEntryRange<TValue, GetOrAddOperation<TValue>>
    where TValue : unmanaged
{
    private readonly ReadOnlySpan<TValue> _values = values;
    private readonly RangeReport _report = new(added);

    public int Count { get; private set; }

    public readonly GetOrAddOperation<TValue> OperationAt(int index) => new(_values[index]);

    public void Record(int index, in GetOrAddOperation<TValue> operation)
    {
        Count += _report.Note(index, operation.Added);
    }
}

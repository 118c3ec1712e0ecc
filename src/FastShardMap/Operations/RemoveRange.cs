namespace FastShardMap.Operations;

/// <summary>Removes the entry of each key.</summary>
/// <param name="removed">Receives whether each key was present; empty if only the number is wanted.</param>
internal ref struct RemoveRange<TValue>(Span<bool> removed) : IEntryRange<TValue, RemoveOperation<TValue>>
    where TValue : unmanaged
{
    private readonly RangeReport _report = new(removed);

    public int Count { get; private set; }

    public readonly RemoveOperation<TValue> OperationAt(int index) => default;

    public void Record(int index, in RemoveOperation<TValue> operation)
    {
        Count += _report.Note(index, operation.Found);
    }
}

using System.Numerics;

namespace FastShardMap.Operations;

/// <summary>Adds a number to the value of each key.</summary>
/// <param name="deltas">One number per key; empty if all keys have the same.</param>
/// <param name="delta">The number of all keys, if there is not one per key.</param>
internal readonly ref struct DeltaRange<TValue>(ReadOnlySpan<TValue> deltas, TValue delta)
    : IEntryRange<TValue, DeltaOperation<TValue>>
    where TValue : unmanaged, INumber<TValue>
{
    private readonly ReadOnlySpan<TValue> _deltas = deltas;
    private readonly TValue _delta = delta;

    /// <summary>The part that belongs to some of the keys.</summary>
    public DeltaRange<TValue> Part(int from, int count) =>
        new(_deltas.IsEmpty ? default : _deltas.Slice(from, count), _delta);

    public TValue DeltaAt(int index) => _deltas.IsEmpty ? _delta : _deltas[index];

    public DeltaOperation<TValue> OperationAt(int index) => new(DeltaAt(index));

    public void Record(int index, in DeltaOperation<TValue> operation)
    {
        // The sums are not reported.
    }
}

using System.Numerics;
using FastShardMap.Auditing;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>The operations on many keys of any length that an audit records key by key.</summary>
internal static class AuditedRange
{
    internal readonly ref struct Get<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        Span<TValue> values,
        Span<bool> found)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly Span<TValue> _values = values;
        private readonly Span<bool> _found = found;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            _operations.TryGetValues(keys, _values[from..], _found[from..]);
    }

    internal readonly ref struct Add<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        ReadOnlySpan<TValue> values,
        Span<bool> added)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly ReadOnlySpan<TValue> _values = values;
        private readonly Span<bool> _added = added;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            _operations.TryAddRange(
                keys, _values.Slice(from, keys.Length), _added.IsEmpty ? default : _added.Slice(from, keys.Length));
    }

    internal readonly ref struct Set<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        ReadOnlySpan<TValue> values)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly ReadOnlySpan<TValue> _values = values;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            _operations.SetRange(keys, _values.Slice(from, keys.Length));
            return 0;
        }
    }

    internal readonly ref struct Remove<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        Span<bool> removed)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly Span<bool> _removed = removed;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            _operations.TryRemoveRange(keys, _removed.IsEmpty ? default : _removed.Slice(from, keys.Length));
    }

    /// <param name="operations">The operations that are recorded.</param>
    /// <param name="deltas">One number per key; empty if all keys have the same.</param>
    /// <param name="delta">The number of all keys, if there is not one per key.</param>
    internal readonly ref struct AddDeltas<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        ReadOnlySpan<TValue> deltas,
        TValue delta)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged, INumber<TValue>
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly ReadOnlySpan<TValue> _deltas = deltas;
        private readonly TValue _delta = delta;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            ReadOnlySpan<TValue> deltas = _deltas.IsEmpty ? default : _deltas.Slice(from, keys.Length);
            _operations.AddDeltaRange(keys, new DeltaRange<TValue>(deltas, _delta));
            return 0;
        }
    }
}

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
        private readonly RangeReport _report = new(added);

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            _operations.TryAddRange(keys, _values.Slice(from, keys.Length), _report.Part(from, keys.Length));
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

        private readonly RangeReport _report = new(removed);

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            _operations.TryRemoveRange(keys, _report.Part(from, keys.Length));
    }

    internal readonly ref struct AddDeltas<TValue>(
        AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> operations,
        DeltaRange<TValue> range)
        : KeyRange.IOperation<TValue>
        where TValue : unmanaged, INumber<TValue>
    {
        private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations =
            operations;

        private readonly DeltaRange<TValue> _range = range;

        public int Perform(in KeyRange.Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            _operations.AddDeltaRange(keys, _range.Part(from, keys.Length));
            return 0;
        }
    }
}

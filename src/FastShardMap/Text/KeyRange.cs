using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>Operations on many keys of any length. All of them validate every key first, and then present and perform
/// a part of the keys at a time.</summary>
internal static unsafe class KeyRange
{
    /// <summary>Performs an operation on many strings.</summary>
    /// <returns>The sum of what the operation returned for the parts.</returns>
    /// <exception cref="ArgumentException">A key is null or too long; nothing has happened.</exception>
    public static int OfText<TValue, TOperation>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<string> keys,
        TOperation operation)
        where TValue : unmanaged
        where TOperation : IOperation<TValue>, allows ref struct =>
        Run<string, Text, TValue, TOperation>(new Target<TValue>(map, null), seed, keys, operation);

    /// <summary>Performs an operation on many strings in an exclusive phase.</summary>
    /// <inheritdoc cref="OfText{TValue, TOperation}(ShardMap{RecordKey, TValue, RecordKeyHasher}, HashSeed,
    /// ReadOnlySpan{string}, TOperation)"/>
    public static int OfText<TValue, TOperation>(
        ShardMapExclusive<RecordKey, TValue, RecordKeyHasher> phase,
        HashSeed seed,
        ReadOnlySpan<string> keys,
        TOperation operation)
        where TValue : unmanaged
        where TOperation : IOperation<TValue>, allows ref struct =>
        Run<string, Text, TValue, TOperation>(new Target<TValue>(null, phase), seed, keys, operation);

    /// <summary>Performs an operation on many byte strings.</summary>
    /// <inheritdoc cref="OfText{TValue, TOperation}(ShardMap{RecordKey, TValue, RecordKeyHasher}, HashSeed,
    /// ReadOnlySpan{string}, TOperation)"/>
    public static int OfBytes<TValue, TOperation>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<ReadOnlyMemory<byte>> keys,
        TOperation operation)
        where TValue : unmanaged
        where TOperation : IOperation<TValue>, allows ref struct =>
        Run<ReadOnlyMemory<byte>, Bytes, TValue, TOperation>(new Target<TValue>(map, null), seed, keys, operation);

    /// <summary>Performs an operation on many byte strings in an exclusive phase.</summary>
    /// <inheritdoc cref="OfText{TValue, TOperation}(ShardMap{RecordKey, TValue, RecordKeyHasher}, HashSeed,
    /// ReadOnlySpan{string}, TOperation)"/>
    public static int OfBytes<TValue, TOperation>(
        ShardMapExclusive<RecordKey, TValue, RecordKeyHasher> phase,
        HashSeed seed,
        ReadOnlySpan<ReadOnlyMemory<byte>> keys,
        TOperation operation)
        where TValue : unmanaged
        where TOperation : IOperation<TValue>, allows ref struct =>
        Run<ReadOnlyMemory<byte>, Bytes, TValue, TOperation>(new Target<TValue>(null, phase), seed, keys, operation);

    [SkipLocalsInit]
    private static int Run<TKey, TForm, TValue, TOperation>(
        Target<TValue> target,
        HashSeed seed,
        ReadOnlySpan<TKey> keys,
        TOperation operation)
        where TForm : struct, IForm<TKey>
        where TValue : unmanaged
        where TOperation : IOperation<TValue>, allows ref struct
    {
        TForm.ThrowIfAnyIsInvalid(keys, nameof(keys));
        byte* memory = stackalloc byte[KeyBatch.MemoryBytes];
        KeyBatch batch = new(memory, seed);
        try
        {
            int result = 0;
            int from = 0;

            // Once also without keys: the map may be disposed.
            do
            {
                TForm.Present(ref batch, keys[from..], nameof(keys));
                result += operation.Perform(target, batch.Keys, from);
                from += batch.Count;
            }
            while (from < keys.Length);

            return result;
        }
        finally
        {
            batch.Dispose();
        }
    }

    /// <summary>What is done with the keys.</summary>
    internal interface IOperation<TValue>
        where TValue : unmanaged
    {
        /// <summary>Performs the operation on a part of the keys.</summary>
        /// <param name="target">The map, or an exclusive phase of it.</param>
        /// <param name="keys">The keys of the part.</param>
        /// <param name="from">The index of the first of them among all keys.</param>
        int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from);
    }

    /// <summary>A form of keys.</summary>
    internal interface IForm<TKey>
    {
        static abstract void ThrowIfAnyIsInvalid(ReadOnlySpan<TKey> keys, string parameterName);

        static abstract void Present(ref KeyBatch batch, ReadOnlySpan<TKey> keys, string parameterName);
    }

    internal readonly struct Text : IForm<string>
    {
        public static void ThrowIfAnyIsInvalid(ReadOnlySpan<string> keys, string parameterName) =>
            KeyBatch.ThrowIfAnyIsInvalid(keys, parameterName);

        public static void Present(ref KeyBatch batch, ReadOnlySpan<string> keys, string parameterName) =>
            batch.Present(keys, parameterName);
    }

    internal readonly struct Bytes : IForm<ReadOnlyMemory<byte>>
    {
        public static void ThrowIfAnyIsInvalid(ReadOnlySpan<ReadOnlyMemory<byte>> keys, string parameterName) =>
            KeyBatch.ThrowIfAnyIsInvalid(keys, parameterName);

        public static void Present(
            ref KeyBatch batch, ReadOnlySpan<ReadOnlyMemory<byte>> keys, string parameterName) =>
            batch.Present(keys, parameterName);
    }

    /// <summary>A map, or an exclusive phase of one.</summary>
    internal readonly struct Target<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher>? map, ShardMapExclusive<RecordKey, TValue, RecordKeyHasher>? phase)
        where TValue : unmanaged
    {
        public ShardMap<RecordKey, TValue, RecordKeyHasher>? Map => map;

        public ShardMapExclusive<RecordKey, TValue, RecordKeyHasher>? Phase => phase;

        /// <summary>Writes some keys.</summary>
        /// <param name="name">The name of the operation, for the phase.</param>
        /// <param name="keys">The keys.</param>
        /// <param name="range">What is done with each of them.</param>
        public void Write<TOperation, TRange>(string name, ReadOnlySpan<RecordKey> keys, ref TRange range)
            where TOperation : struct, IEntryOperation<TValue>
            where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
        {
            if (phase is not null)
            {
                phase.WriteEach<TOperation, TRange>(name, keys, ref range);
            }
            else
            {
                map!.Shards.WriteRange<TOperation, TRange>(keys, ref range);
                GC.KeepAlive(map);
            }
        }
    }

    internal readonly ref struct Get<TValue>(Span<TValue> values, Span<bool> found) : IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly Span<TValue> _values = values;
        private readonly Span<bool> _found = found;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            target.Phase?.TryGetValues(keys, _values[from..], _found[from..])
                ?? target.Map!.TryGetValues(keys, _values[from..], _found[from..]);
    }

    internal readonly ref struct Add<TValue>(ReadOnlySpan<TValue> values) : IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly ReadOnlySpan<TValue> _values = values;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            target.Phase?.TryAddRange(keys, _values.Slice(from, keys.Length))
                ?? target.Map!.TryAddRange(keys, _values.Slice(from, keys.Length));
    }

    internal readonly ref struct AddAndReport<TValue>(ReadOnlySpan<TValue> values, Span<bool> added)
        : IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly ReadOnlySpan<TValue> _values = values;
        private readonly Span<bool> _added = added;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            target.Phase?.TryAddRange(keys, _values.Slice(from, keys.Length), _added[from..])
                ?? target.Map!.TryAddRange(keys, _values.Slice(from, keys.Length), _added[from..]);
    }

    internal readonly ref struct Set<TValue>(ReadOnlySpan<TValue> values) : IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly ReadOnlySpan<TValue> _values = values;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            ReadOnlySpan<TValue> values = _values.Slice(from, keys.Length);
            if (target.Phase is { } phase)
            {
                phase.SetRange(keys, values);
            }
            else
            {
                target.Map!.SetRange(keys, values);
            }

            return 0;
        }
    }

    internal readonly struct Remove<TValue> : IOperation<TValue>
        where TValue : unmanaged
    {
        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            target.Phase?.TryRemoveRange(keys)
                ?? target.Map!.TryRemoveRange(keys);
    }

    internal readonly ref struct RemoveAndReport<TValue>(Span<bool> removed) : IOperation<TValue>
        where TValue : unmanaged
    {
        private readonly Span<bool> _removed = removed;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from) =>
            target.Phase?.TryRemoveRange(keys, _removed[from..])
                ?? target.Map!.TryRemoveRange(keys, _removed[from..]);
    }

    internal readonly ref struct AddDeltas<TValue>(DeltaRange<TValue> range) : IOperation<TValue>
        where TValue : unmanaged, INumber<TValue>
    {
        private readonly DeltaRange<TValue> _range = range;

        public int Perform(in Target<TValue> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            DeltaRange<TValue> range = _range.Part(from, keys.Length);
            target.Write<DeltaOperation<TValue>, DeltaRange<TValue>>("AddDeltaRange", keys, ref range);
            return 0;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap.Text;

/// <summary>Writes of many keys of any length by several threads. Each thread presents all keys, and writes those of
/// its own shards, so the writes to one key keep their order.</summary>
internal static unsafe class KeyParts
{
    /// <summary>Performs a write per string.</summary>
    /// <param name="map">The map.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="values">What is written, one per key.</param>
    /// <param name="parts">The number of parts, above 1: see
    /// <see cref="ShardSet{TKey, TValue, THasher}.PartsOf"/>.</param>
    /// <returns>The sum of what the parts return.</returns>
    /// <exception cref="ArgumentException">A key is null or too long; nothing has happened.</exception>
    public static int OfText<TValue, TElement, TWrite>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<string> keys,
        ReadOnlySpan<TElement> values,
        int parts)
        where TValue : unmanaged
        where TWrite : struct, IWrite<TValue, TElement> =>
        Run<string, KeyRange.Text, TValue, TElement, TWrite>(map, seed, keys, values, parts);

    /// <summary>Performs a write per byte string.</summary>
    /// <inheritdoc cref="OfText"/>
    public static int OfBytes<TValue, TElement, TWrite>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<ReadOnlyMemory<byte>> keys,
        ReadOnlySpan<TElement> values,
        int parts)
        where TValue : unmanaged
        where TWrite : struct, IWrite<TValue, TElement> =>
        Run<ReadOnlyMemory<byte>, KeyRange.Bytes, TValue, TElement, TWrite>(map, seed, keys, values, parts);

    private static int Run<TKey, TForm, TValue, TElement, TWrite>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<TKey> keys,
        ReadOnlySpan<TElement> values,
        int parts)
        where TForm : struct, KeyRange.IForm<TKey>
        where TValue : unmanaged
        where TWrite : struct, IWrite<TValue, TElement>
    {
        TForm.ThrowIfAnyIsInvalid(keys, nameof(keys));
        map.Shards.ThrowIfDisposed();
        int length = keys.Length;
        int result;

        // Spans cannot be given to other threads, so the threads get addresses. What a span may refer to, also the
        // references in an array, does not move while it is pinned, and all threads have ended before it is unpinned.
        fixed (byte* pinnedKeys = &Unsafe.As<TKey, byte>(ref MemoryMarshal.GetReference(keys)))
        fixed (byte* pinnedValues = &Unsafe.As<TElement, byte>(ref MemoryMarshal.GetReference(values)))
        {
            byte* firstKey = pinnedKeys;
            byte* firstValue = pinnedValues;
            result = ParallelParts.Run(parts, (all, part) => WritePart<TKey, TForm, TValue, TElement, TWrite>(
                map,
                seed,
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef<TKey>(firstKey), length),
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef<TElement>(firstValue), length),
                new Part(part, parts, all)));
        }

        GC.KeepAlive(map);
        return result;
    }

    [SkipLocalsInit]
    private static int WritePart<TKey, TForm, TValue, TElement, TWrite>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map,
        HashSeed seed,
        ReadOnlySpan<TKey> keys,
        ReadOnlySpan<TElement> values,
        Part part)
        where TForm : struct, KeyRange.IForm<TKey>
        where TValue : unmanaged
        where TWrite : struct, IWrite<TValue, TElement>
    {
        byte* memory = stackalloc byte[KeyBatch.MemoryBytes];
        KeyBatch batch = new(memory, seed);
        try
        {
            int result = 0;
            for (int from = 0; from < keys.Length && !part.All.IsStopped; from += batch.Count)
            {
                TForm.Present(ref batch, keys[from..], nameof(keys));
                result += TWrite.Perform(map, batch.Keys, values.Slice(from, batch.Count), part);
            }

            return result;
        }
        finally
        {
            batch.Dispose();
        }
    }

    private static void WritePart<TValue, TOperation, TRange>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map, ReadOnlySpan<RecordKey> keys, in Part part, ref TRange range)
        where TValue : unmanaged
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct =>
        map.Shards.WritePart<TOperation, TRange>(keys, part.Index, part.Count, part.All, ref range);

    /// <summary>What is written.</summary>
    internal interface IWrite<TValue, TElement>
        where TValue : unmanaged
    {
        /// <summary>Writes those of the keys that belong to a part.</summary>
        static abstract int Perform(
            ShardMap<RecordKey, TValue, RecordKeyHasher> map,
            ReadOnlySpan<RecordKey> keys,
            ReadOnlySpan<TElement> values,
            in Part part);
    }

    /// <summary>One part of a call.</summary>
    /// <param name="index">The index of the part.</param>
    /// <param name="count">The number of parts.</param>
    /// <param name="all">The call.</param>
    internal readonly struct Part(int index, int count, ParallelParts all)
    {
        public readonly int Index = index;
        public readonly int Count = count;
        public readonly ParallelParts All = all;
    }

    internal readonly struct Add<TValue> : IWrite<TValue, TValue>
        where TValue : unmanaged
    {
        public static int Perform(
            ShardMap<RecordKey, TValue, RecordKeyHasher> map,
            ReadOnlySpan<RecordKey> keys,
            ReadOnlySpan<TValue> values,
            in Part part)
        {
            AddRange<TValue> range = new(values, default);
            WritePart<TValue, GetOrAddOperation<TValue>, AddRange<TValue>>(map, keys, part, ref range);
            return range.Count;
        }
    }

    internal readonly struct Set<TValue> : IWrite<TValue, TValue>
        where TValue : unmanaged
    {
        public static int Perform(
            ShardMap<RecordKey, TValue, RecordKeyHasher> map,
            ReadOnlySpan<RecordKey> keys,
            ReadOnlySpan<TValue> values,
            in Part part)
        {
            StoreRange<TValue> range = new(values);
            WritePart<TValue, StoreOperation<TValue>, StoreRange<TValue>>(map, keys, part, ref range);
            return 0;
        }
    }

    internal readonly struct AddBlobs : IWrite<BlobRef, ReadOnlyMemory<byte>>
    {
        public static int Perform(
            ShardMap<RecordKey, BlobRef, RecordKeyHasher> map,
            ReadOnlySpan<RecordKey> keys,
            ReadOnlySpan<ReadOnlyMemory<byte>> values,
            in Part part)
        {
            BlobAddRange range = new(values, default);
            try
            {
                WritePart<BlobRef, BlobAddOperation, BlobAddRange>(map, keys, part, ref range);
                return range.Count;
            }
            finally
            {
                range.Unpin();
            }
        }
    }

    internal readonly struct SetBlobs : IWrite<BlobRef, ReadOnlyMemory<byte>>
    {
        public static int Perform(
            ShardMap<RecordKey, BlobRef, RecordKeyHasher> map,
            ReadOnlySpan<RecordKey> keys,
            ReadOnlySpan<ReadOnlyMemory<byte>> values,
            in Part part)
        {
            BlobStoreRange range = new(values);
            try
            {
                WritePart<BlobRef, BlobStoreOperation, BlobStoreRange>(map, keys, part, ref range);
                return 0;
            }
            finally
            {
                range.Unpin();
            }
        }
    }
}

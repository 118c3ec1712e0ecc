using System.Buffers;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>The operations on many keys of a map with values of any length.</summary>
internal static class BlobRange
{
    /// <summary>Throws if a value is too long, before any of them is used.</summary>
    /// <exception cref="ArgumentException">A value has too many bytes.</exception>
    public static void ThrowIfAnyIsTooLong(ReadOnlySpan<ReadOnlyMemory<byte>> values, string parameterName)
    {
        foreach (ReadOnlyMemory<byte> value in values)
        {
            BlobRef.ThrowIfTooLong(value.Length, parameterName);
        }
    }

    internal readonly ref struct Get<TSource>(TSource source, IBufferWriter<byte> destination, Span<int> lengths)
        : KeyRange.IOperation<BlobRef>
        where TSource : struct, IBlobSource
    {
        private readonly TSource _source = source;
        private readonly IBufferWriter<byte> _destination = destination;
        private readonly Span<int> _lengths = lengths;

        public int Perform(in KeyRange.Target<BlobRef> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            // Also without keys.
            target.Phase?.Enter("TryGetValues");
            if (target.Map is { } map)
            {
                map.Shards.ThrowIfDisposed();
                map.Shards.PrefetchEntries(keys);
                GC.KeepAlive(map);
            }

            int found = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                int length = BlobOutput.Write(_source, keys[i], _destination);
                _lengths[from + i] = length;
                found += length >= 0 ? 1 : 0;
            }

            return found;
        }
    }

    internal readonly ref struct Add(ReadOnlySpan<ReadOnlyMemory<byte>> values, Span<bool> added)
        : KeyRange.IOperation<BlobRef>
    {
        private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _values = values;
        private readonly RangeReport _report = new(added);

        public int Perform(in KeyRange.Target<BlobRef> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            BlobAddRange range = new(_values.Slice(from, keys.Length), _report.Part(from, keys.Length));
            try
            {
                target.Write<BlobAddOperation, BlobAddRange>("TryAddRange", keys, ref range);
                return range.Count;
            }
            finally
            {
                range.Unpin();
            }
        }
    }

    internal readonly ref struct Set(ReadOnlySpan<ReadOnlyMemory<byte>> values) : KeyRange.IOperation<BlobRef>
    {
        private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _values = values;

        public int Perform(in KeyRange.Target<BlobRef> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            BlobStoreRange range = new(_values.Slice(from, keys.Length));
            try
            {
                target.Write<BlobStoreOperation, BlobStoreRange>("SetRange", keys, ref range);
                return 0;
            }
            finally
            {
                range.Unpin();
            }
        }
    }

    internal readonly ref struct Remove(Span<bool> removed) : KeyRange.IOperation<BlobRef>
    {
        private readonly RangeReport _report = new(removed);

        public int Perform(in KeyRange.Target<BlobRef> target, ReadOnlySpan<RecordKey> keys, int from)
        {
            BlobRemoveRange range = new(_report.Part(from, keys.Length));
            target.Write<BlobRemoveOperation, BlobRemoveRange>("TryRemoveRange", keys, ref range);
            return range.Count;
        }
    }
}

using FastShardMap.Layout;
using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class BlobShardMap
{
    /// <summary>Adds many entries whose keys are absent, on several threads.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added. Must not change during the
    /// call.</param>
    /// <param name="values">The bytes of the value of each key, at the index of the key, which are copied. As long as
    /// <paramref name="keys"/>. Must not change during the call.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads, the calling one included; −1 for one per
    /// processor. There are never more than the map has shards.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>
    /// <para>For loading millions of entries. Each thread writes the keys of its own shards, in the order of the span,
    /// so the threads do not wait for each other. Every thread hashes all keys. The calling thread takes part, and the
    /// other threads come from the thread pool. The call returns when all have finished. Ranges of fewer than 8,192
    /// keys, and calls from a callback of another map, use the calling thread alone. Allocates a few objects per
    /// call.</para>
    /// <para>Each write is linearizable by itself, but the writes of a range do not happen at one instant. If a write
    /// throws, the call throws the same exception after all threads have stopped; some of the other writes have
    /// happened then. Audits and execution contexts see the threads that write, and not the caller.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, a value
    /// has more than 1,073,741,824 bytes, or a key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is 0 or below −1;
    /// nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has changed. Or
    /// the memory of a value has no address; some of the entries have been added.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for an entry, and the memory cannot be
    /// allocated; some of the entries have been added.</exception>
    /// <exception cref="ThreadInterruptedException">The calling thread was interrupted while it waited for a shard's
    /// lock; some of the entries have been added.</exception>
    public int TryAddRange(
        ReadOnlySpan<string> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _map.Shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        return parts == 1
            ? TryAddRange(keys, values)
            : KeyParts.OfText<BlobRef, ReadOnlyMemory<byte>, KeyParts.AddBlobs>(_map, _seed, keys, values, parts);
    }

    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}}, int)"/>
    public int TryAddRange(
        ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _map.Shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        return parts == 1
            ? TryAddRange(keys, values)
            : KeyParts.OfBytes<BlobRef, ReadOnlyMemory<byte>, KeyParts.AddBlobs>(_map, _seed, keys, values, parts);
    }

    /// <summary>Sets the values of many keys, whether they are present or not, on several threads.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value. Must not change
    /// during the call.</param>
    /// <param name="values">The bytes of the value of each key, at the index of the key, which are copied. As long as
    /// <paramref name="keys"/>. Must not change during the call.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads, the calling one included; −1 for one per
    /// processor. There are never more than the map has shards.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}}, int)" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, a value
    /// has more than 1,073,741,824 bytes, or a key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is 0 or below −1;
    /// nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has changed. Or
    /// the memory of a value has no address; some of the entries have been added.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for an entry, and the memory cannot be
    /// allocated; some of the values have been set.</exception>
    /// <exception cref="ThreadInterruptedException">The calling thread was interrupted while it waited for a shard's
    /// lock; some of the values have been set.</exception>
    public void SetRange(
        ReadOnlySpan<string> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _map.Shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        if (parts == 1)
        {
            SetRange(keys, values);
        }
        else
        {
            KeyParts.OfText<BlobRef, ReadOnlyMemory<byte>, KeyParts.SetBlobs>(_map, _seed, keys, values, parts);
        }
    }

    /// <inheritdoc cref="SetRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}}, int)"/>
    public void SetRange(
        ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _map.Shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        if (parts == 1)
        {
            SetRange(keys, values);
        }
        else
        {
            KeyParts.OfBytes<BlobRef, ReadOnlyMemory<byte>, KeyParts.SetBlobs>(_map, _seed, keys, values, parts);
        }
    }
}

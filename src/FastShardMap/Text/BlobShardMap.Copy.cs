using System.Buffers;
using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class BlobShardMap
{
    /// <summary>Creates an independent map with the same entries as of one instant, and with the same options except
    /// <see cref="ShardMapOptions.Name"/>.</summary>
    /// <returns>The copy. It shares nothing with this map: neither memory nor locks nor later changes. The versions of
    /// its values are new.</returns>
    /// <remarks>The copy is created by one insert per entry of a snapshot, and so has no unused memory between its
    /// records. Reads and writes of this map continue.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; this map is
    /// unchanged.</exception>
    public BlobShardMap Clone()
    {
        _map.Shards.ThrowIfDisposed();
        return Filled(new BlobShardMap(RecordMaps.EmptyTwin(_map)));
    }

    /// <summary>Creates an independent map with the same entries as of one instant, and with other options.</summary>
    /// <param name="options">The options of the copy.</param>
    /// <returns>The copy, with a random seed of its own.</returns>
    /// <remarks>The same as for <see cref="Clone()"/>.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; this map is
    /// unchanged.</exception>
    public BlobShardMap Clone(ShardMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _map.Shards.ThrowIfDisposed();
        return Filled(new BlobShardMap(options.WithoutExclusive()));
    }

    /// <summary>Stores all entries of this map, as of one instant, in another map. Keys that both have get the values
    /// of this map.</summary>
    /// <param name="destination">The other map. Its other entries stay.</param>
    /// <returns>The number of entries stored.</returns>
    /// <remarks>Each entry is stored by a write of its own, so readers of the destination may see some entries before
    /// others. The tables of the destination grow once, before the first entry.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is this map.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of one of the maps.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; some entries may have been
    /// stored in the destination.</exception>
    public long CopyTo(BlobShardMap destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return BlobMaps.Merge(destination._map, _map, conflict: null, nameof(destination));
    }

    /// <summary>Stores all entries of another map, as of one instant, in this map. A delegate decides the value of keys
    /// that both have.</summary>
    /// <param name="source">The other map, which is unchanged.</param>
    /// <param name="conflict">Writes the value of a key that both have, from the key in UTF-8, the value of this map
    /// and the value of the other map. Runs once per conflict, under the lock of this map's shard. It must keep neither
    /// the spans nor the writer.</param>
    /// <returns>The number of entries of the source.</returns>
    /// <remarks>Each entry is stored by a write of its own. If the delegate throws, the entries stored so far stay.
    /// Allocates a buffer for the values that the delegate writes.</remarks>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is this map.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of one of the maps, or the delegate
    /// wrote more than 1,073,741,824 bytes.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; some entries may have been
    /// stored in this map.</exception>
    public long MergeFrom(
        BlobShardMap source,
        Action<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, IBufferWriter<byte>> conflict)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(conflict);
        return BlobMaps.Merge(_map, source._map, conflict, nameof(source));
    }

    private BlobShardMap Filled(BlobShardMap copy)
    {
        try
        {
            CopyTo(copy);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}

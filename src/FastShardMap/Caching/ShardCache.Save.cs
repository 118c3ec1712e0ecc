using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Serialization;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Positions of a ring that one hold of a lock copies: about a microsecond.</summary>
    private const int PositionsPerHold = 4096;

    /// <summary>Writes the entries that have not expired to a stream. Other threads may use the cache in the
    /// meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>
    /// <para>The file has the marks of the entries, their order, and the time that each has left to live. It is weakly
    /// consistent: an entry that is present throughout is written, with a value that it had at some moment; the file
    /// may or may not have entries that are added, changed, evicted or removed in the meantime. What the policy
    /// remembers of evicted keys is not written. Holds the lock of one shard at a time: while it copies the order of
    /// 4,096 entries, or 64 entries. Takes 4 bytes of managed memory per entry for the time of the call.</para>
    /// <para>The format has a version and checksums, as that of maps has, and records sizes and fields of both
    /// types.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public void Save(Stream destination, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Encode(piece => destination.Write(piece.Span), progress);
    }

    /// <summary>Writes the entries that have not expired to a stream, as <see cref="Save"/> does.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the cache has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(
        Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await EncodeAsync(piece => destination.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    /// <summary>Writes the entries that have not expired to a file. The old file of that name stays complete until the
    /// last step. If the process or the machine crashes, there is either the old file or the new one at any
    /// time.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>The contents are those that <see cref="Save"/> writes. The file is replaced as
    /// <see cref="ShardMap{TKey, TValue, THasher}.SaveTo"/> does it.</remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="PathTooLongException">The name is too long for the file system.</exception>
    /// <exception cref="IOException">The path is a directory, a FIFO, a socket, a device or a circular link, or the
    /// file cannot be written; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only (also for root), or the process is not
    /// allowed to write or replace it; the old file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public void SaveTo(string path, IProgress<long>? progress = null)
    {
        using DurableFile file = DurableFile.Create(path);
        Encode(piece => file.Write(piece.Span), progress);
        file.Commit();
    }

    /// <summary>Writes the entries that have not expired to a file, as <see cref="SaveTo"/> does.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The old file is then unchanged.</param>
    /// <returns>A task that completes when the cache has been written.</returns>
    /// <inheritdoc cref="SaveTo" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="SaveTo" path="/exception"/>
    public async Task SaveToAsync(
        string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using DurableFile file = DurableFile.Create(path);
        await EncodeAsync(piece => file.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
        file.Commit();
    }

    /// <summary>Returns the positions in the main rings of all shards, and then those in the small ones. Each ring is
    /// copied under the lock of its shard, some thousand positions per hold.</summary>
    internal uint[][][] CopyRings()
    {
        uint[][][] rings = [new uint[_shape.ShardCount][], new uint[_shape.ShardCount][]];
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            // Entries go from the small ring to the main one, or to the back of the main one, so what a copy of the
            // small ring and then of the main one misses at one place is met at a later one.
            byte[] copied = new byte[_shape.Table.Groups];
            rings[1][shard] = CopyRing(shard, isMain: false, copied);
            rings[0][shard] = CopyRing(shard, isMain: true, copied);
        }

        GC.KeepAlive(this);
        return rings;
    }

    /// <summary>Copies the positions in one ring, without those that were copied before.</summary>
    /// <param name="shard">The index of the shard.</param>
    /// <param name="isMain">Whether to copy the main ring.</param>
    /// <param name="copied">One byte per group, with the bits of the slots that were copied.</param>
    private uint[] CopyRing(int shard, bool isMain, byte[] copied)
    {
        // NeedsNoKeepAlive: every caller does it.
        List<uint> positions = [];
        uint[] part = new uint[PositionsPerHold];
        ulong place = 0;
        long sum = 0;
        for (ulong left = 1; left != 0;)
        {
            int count;
            using (LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: false))
            {
                count = CacheOf(_shards.ShardAt(shard), default).CopyRing(isMain, ref place, part, out left);
            }

            foreach (uint word in part.AsSpan(0, count))
            {
                SlotPosition position = new(word);
                ref byte bits = ref copied[position.Group];
                if ((bits & position.Bit) == 0)
                {
                    bits |= position.Bit;
                    positions.Add(word);
                }
            }

            sum += count;
            if (sum > _shape.MainRoom)
            {
                part = new uint[part.Length * 2]; // writers add places as fast as they are copied
            }
        }

        return [.. positions];
    }

    /// <summary>Writes the entries at some positions of a shard for a file.</summary>
    /// <returns>The number of bytes written.</returns>
    internal int Pack(int shard, ReadOnlySpan<uint> positions, bool isMain, Span<byte> destination)
    {
        int bytes;
        uint now = _clock.Now; // before the lock, because it may run code of the program
        using (LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
            Enter(_shards.ShardAt(shard), runsUserCode: false))
        {
            bytes = CacheOf(_shards.ShardAt(shard), default).Pack(positions, isMain, now, destination);
        }

        GC.KeepAlive(this);
        return bytes;
    }

    private void Encode(Action<ReadOnlyMemory<byte>> write, IProgress<long>? progress) =>
        PieceWriter.Write(new CacheEncoder<TKey, TValue, THasher>(this, progress), write);

    private Task EncodeAsync(Func<ReadOnlyMemory<byte>, ValueTask> write, IProgress<long>? progress) =>
        PieceWriter.WriteAsync(new CacheEncoder<TKey, TValue, THasher>(this, progress), write);
}

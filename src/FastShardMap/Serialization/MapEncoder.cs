using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Snapshots;

namespace FastShardMap.Serialization;

/// <summary>Turns a snapshot into the pieces of a file, one after another in the same buffer. It does not depend on
/// streams, so the synchronous, the asynchronous and the pipe forms are loops of three lines.</summary>
/// <remarks>The caller owns the snapshot, and must not dispose it before the last piece.</remarks>
internal sealed class MapEncoder<TKey, TValue, THasher> : IPieceEncoder
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private readonly MapFormat _format;
    private readonly ShardMapSnapshot<TKey, TValue, THasher> _snapshot;
    private readonly IProgress<long>? _progress;
    private readonly long _reportEveryBlocks;

    // The size of a full block, plus room for the group that crosses its end.
    private readonly byte[] _buffer;
    private int _bytesPastBlock;
    private long _next = -1;
    private int _shard;
    private ulong _group;

    public MapEncoder(ShardMapSnapshot<TKey, TValue, THasher> snapshot, IProgress<long>? progress)
    {
        _format = MapFormat.ForWriting<TKey, TValue>(snapshot.Count);
        _snapshot = snapshot;
        _buffer = new byte[Math.Max(_format.FullBlockBytes + GroupBytes, MapFormat.HeaderBytes)];
        _progress = progress;
        _reportEveryBlocks = Math.Max(1, ReportEveryBytes / _format.FullBlockBytes);
    }

    private static int GroupBytes => FrozenTable<TKey, TValue>.PackedGroupBytes;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Next()
    {
        long index = _next++;
        if (index < 0)
        {
            _format.WriteHeader<TKey, TValue>(_buffer);
            return _buffer.AsMemory(0, MapFormat.HeaderBytes);
        }

        if (index < _format.Blocks)
        {
            int bytes = MapFormat.BlockHeaderBytes + (_format.EntriesOf(index) * _format.EntryBytes);
            FillBlock(bytes);
            _format.SealBlock(_buffer.AsSpan(0, bytes), index);
            if (_progress is not null && index % _reportEveryBlocks == 0 && index > 0)
            {
                _progress.Report(index * _format.EntriesPerBlock);
            }

            return _buffer.AsMemory(0, bytes);
        }

        if (index == _format.Blocks)
        {
            _format.WriteEnd(_buffer);
            return _buffer.AsMemory(0, MapFormat.EndBytes);
        }

        _progress?.Report(_format.Count);
        return default;
    }

    /// <summary>Fills the buffer up to a length, and keeps the rest of the last group for the next block.</summary>
    private void FillBlock(int bytes)
    {
        _buffer.AsSpan(_format.FullBlockBytes, _bytesPastBlock).CopyTo(_buffer.AsSpan(MapFormat.BlockHeaderBytes));
        int filled = MapFormat.BlockHeaderBytes + _bytesPastBlock;
        while (filled < bytes)
        {
            if (_shard == _snapshot.Tables.Length)
            {
                throw new InvalidOperationException("The snapshot has fewer entries than its count says.");
            }

            TableRef table = _snapshot.Tables[_shard];
            if (table.IsNone || _group == table.Groups)
            {
                _shard++;
                _group = 0;
                continue;
            }

            filled += FrozenTable<TKey, TValue>.PackGroups(table, ref _group, _buffer.AsSpan(filled), bytes - filled);
        }

        _bytesPastBlock = filled - bytes;
        GC.KeepAlive(_snapshot);
    }
}

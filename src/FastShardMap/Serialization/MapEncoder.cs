using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Serialization;

/// <summary>Turns a snapshot into the pieces of a file, one after another in the same buffer. Knows no stream: so the
/// synchronous, the asynchronous and the pipe forms are loops of three lines.</summary>
internal sealed class MapEncoder<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private readonly MapFormat _format;
    private readonly byte[] _buffer;
    private readonly IProgress<long>? _progress;
    private readonly long _reportEveryBlocks;
    private ShardMapSnapshot<TKey, TValue, THasher>.Enumerator _entries;
    private long _next = -1;

    public MapEncoder(ShardMapSnapshot<TKey, TValue, THasher> snapshot, IProgress<long>? progress)
    {
        _format = MapFormat.ForWriting<TKey, TValue>(snapshot.Count);
        _entries = snapshot.GetEnumerator();
        _buffer = new byte[Math.Max(_format.FullBlockBytes, MapFormat.HeaderBytes)];
        _progress = progress;
        _reportEveryBlocks = Math.Max(1, ReportEveryBytes / _format.FullBlockBytes);
    }

    /// <summary>Makes the next piece.</summary>
    /// <returns>The piece, valid until the next call; empty after the last.</returns>
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
            Fill(_buffer.AsSpan(MapFormat.BlockHeaderBytes, bytes - MapFormat.BlockHeaderBytes));
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

    private void Fill(Span<byte> destination)
    {
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref byte end = ref Unsafe.Add(ref to, destination.Length);

        // Not a copy of the field: the enumerator goes on where it is.
        ref ShardMapSnapshot<TKey, TValue, THasher>.Enumerator entries = ref _entries;
        while (Unsafe.IsAddressLessThan(ref to, ref end))
        {
            if (!entries.MoveNext())
            {
                throw new InvalidOperationException("The snapshot has fewer entries than it says.");
            }

            Unsafe.WriteUnaligned(ref to, entries.Current.Key);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, Unsafe.SizeOf<TKey>()), entries.Current.Value);
            to = ref Unsafe.Add(ref to, Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>());
        }
    }
}

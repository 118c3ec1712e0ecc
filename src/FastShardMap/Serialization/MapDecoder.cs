using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file into the entries of a map that no other code can access yet. It says how many
/// bytes it wants next, and does not depend on streams.</summary>
/// <remarks>Memory grows with the bytes that were verified, and not with what the header claims; see
/// <see cref="Reserve"/>.</remarks>
internal sealed class MapDecoder<TKey, TValue, THasher>(
    ShardMap<TKey, TValue, THasher> map, long availableBytes, IProgress<long>? progress)
    : IPieceDecoder
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Bytes of entries for which memory is reserved on the basis of the header alone.</summary>
    private const int TrustedBytes = 16 * 1024 * 1024;
    private const int ReserveGrowth = 4;
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private MapFormat _format;
    private TKey[] _keys = [];
    private TValue[] _values = [];
    private byte[] _buffer = new byte[MapFormat.HeaderBytes];
    private long _next = -1;
    private long _reserved;
    private long _reported;

    /// <summary>The buffer for the next bytes; empty when everything has been read.</summary>
    public Memory<byte> Wanted
    {
        get
        {
            int bytes =
                _next < 0 ? MapFormat.HeaderBytes
                : _next < _format.Blocks ? MapFormat.BlockHeaderBytes + (_format.EntriesOf(_next) * _format.EntryBytes)
                : _next == _format.Blocks ? MapFormat.EndBytes
                : 0;
            return _buffer.AsMemory(0, bytes);
        }
    }

    /// <summary>Processes the bytes in <see cref="Wanted"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or are not those of such a map.</exception>
    public void Accept()
    {
        ReadOnlySpan<byte> bytes = Wanted.Span;
        if (_next < 0)
        {
            AcceptHeader(bytes);
        }
        else if (_next < _format.Blocks)
        {
            _format.RequireBlock(bytes, _next);
            AcceptEntries(bytes[MapFormat.BlockHeaderBytes..]);
        }
        else
        {
            _format.RequireEnd(bytes);
            progress?.Report(_format.Count);
        }

        _next++;
    }

    private void AcceptHeader(ReadOnlySpan<byte> bytes)
    {
        _format = MapFormat.ReadHeader<TKey, TValue>(bytes);
        if (availableBytes >= 0 && availableBytes < MapFormat.HeaderBytes + _format.BodyBytes)
        {
            throw PieceReader.Truncated();
        }

        int range = (int)Math.Min(_format.Count, ShardMap<TKey, TValue, THasher>.EntriesPerRange);
        _keys = new TKey[range];
        _values = new TValue[range];
        _buffer = new byte[Math.Max(_format.FullBlockBytes, MapFormat.EndBytes)];
    }

    private void AcceptEntries(ReadOnlySpan<byte> bytes)
    {
        Reserve(_next * _format.EntriesPerBlock);
        ref byte from = ref MemoryMarshal.GetReference(bytes);
        int entries = _format.EntriesOf(_next);
        for (int first = 0; first < entries; first += _keys.Length)
        {
            int count = Math.Min(_keys.Length, entries - first);
            for (int entry = 0; entry < count; entry++)
            {
                _keys[entry] = Unsafe.ReadUnaligned<TKey>(ref from);
                _values[entry] = Unsafe.ReadUnaligned<TValue>(ref Unsafe.Add(ref from, Unsafe.SizeOf<TKey>()));
                from = ref Unsafe.Add(ref from, Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>());
            }

            int added = map.TryAddRange(_keys.AsSpan(0, count), _values.AsSpan(0, count));
            MapFormat.Require(added == count, "The saved map contains a key twice.");
        }

        long read = (_next * _format.EntriesPerBlock) + _format.EntriesOf(_next);
        if (progress is not null && (read - _reported) * _format.EntryBytes >= ReportEveryBytes)
        {
            progress.Report(read);
            _reported = read;
        }
    }

    /// <summary>Reserves memory for the whole file if the file is small, and otherwise for a few times the bytes read
    /// so far. A file with a wrong length in its header therefore costs at most a few times its actual
    /// length.</summary>
    private void Reserve(long read)
    {
        if (read < _reserved || _reserved == _format.Count)
        {
            return;
        }

        _reserved = Math.Min(_format.Count, Math.Max(TrustedBytes / _format.EntryBytes, read * ReserveGrowth));
        map.EnsureCapacity(_reserved);
    }
}

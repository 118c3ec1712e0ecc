using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file into the entries of a map with keys of any length that no other code can access
/// yet.</summary>
/// <remarks>Memory grows with the bytes that were verified, and not with what the header claims.</remarks>
internal sealed class RecordDecoder<TValue>(
    ShardMap<RecordKey, TValue, RecordKeyHasher> map, KeyForm form, long availableBytes, IProgress<long>? progress)
    : IPieceDecoder
    where TValue : unmanaged
{
    /// <summary>Bytes of entries for which memory is reserved on the basis of the header alone.</summary>
    private const int TrustedBytes = 16 * 1024 * 1024;
    private const int ReserveGrowth = 4;
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private RecordFormat _format;
    private byte[] _buffer = new byte[MapFormat.HeaderBytes];
    private Step _step = Step.Header;
    private int _entries;
    private int _bytes;
    private long _blocks;
    private long _read;
    private long _reserved;
    private long _unreported;

    private enum Step
    {
        Header,
        BlockHeader,
        Block,
        End,
        Done,
    }

    /// <inheritdoc/>
    public Memory<byte> Wanted => _step switch
    {
        Step.Header => _buffer.AsMemory(0, MapFormat.HeaderBytes),
        Step.BlockHeader => _buffer.AsMemory(0, RecordFormat.BlockHeaderBytes),
        Step.Block => _buffer.AsMemory(RecordFormat.BlockHeaderBytes, _bytes),
        Step.End => _buffer.AsMemory(0, MapFormat.EndBytes),
        _ => default,
    };

    /// <inheritdoc/>
    public void Accept()
    {
        switch (_step)
        {
            case Step.Header:
                AcceptHeader();
                break;
            case Step.BlockHeader:
                (_entries, _bytes) = _format.ReadBlockHeader(_buffer, _blocks, _format.Count - _read);
                if (_buffer.Length < RecordFormat.BlockHeaderBytes + _bytes)
                {
                    Array.Resize(ref _buffer, RecordFormat.BlockHeaderBytes + _bytes);
                }

                _step = Step.Block;
                break;
            case Step.Block:
                AcceptBlock();
                break;
            default:
                _format.RequireEnd(_buffer, _blocks);
                progress?.Report(_format.Count);
                _step = Step.Done;
                break;
        }
    }

    private void AcceptHeader()
    {
        _format = RecordFormat.ReadHeader<TValue>(_buffer, form);
        if (availableBytes >= 0 && availableBytes - MapFormat.HeaderBytes < _format.MinBodyBytes)
        {
            throw PieceReader.Truncated();
        }

        _step = _format.Count == 0 ? Step.End : Step.BlockHeader;
    }

    private void AcceptBlock()
    {
        ReadOnlySpan<byte> block = _buffer.AsSpan(0, RecordFormat.BlockHeaderBytes + _bytes);
        _format.RequireBlock(block, _blocks);
        Reserve();
        ReadOnlySpan<byte> rest = block[RecordFormat.BlockHeaderBytes..];
        for (int entry = 0; entry < _entries; entry++)
        {
            rest = rest[AcceptEntry(rest)..];
        }

        RecordFormat.RequireBlock(rest.IsEmpty, _blocks);
        _blocks++;
        _read += _entries;
        _unreported += _bytes;
        if (progress is not null && _unreported >= ReportEveryBytes && _read < _format.Count)
        {
            progress.Report(_read);
            _unreported = 0;
        }

        _step = _read == _format.Count ? Step.End : Step.BlockHeader;
    }

    private unsafe int AcceptEntry(ReadOnlySpan<byte> source)
    {
        int start = RecordFormat.ReadLength(source, out int length);
        RecordFormat.RequireBlock(start > 0 && source.Length - start - length >= sizeof(TValue), _blocks);
        TValue value = MemoryMarshal.Read<TValue>(source[(start + length)..]);
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = source[start..])
        {
            RecordKey key = KeyBytes.Present(bytes, length, buffer, map.Shards.Seed);
            MapFormat.Require(map.TryAdd(key, value), "The saved map contains a key twice.");
        }

        return start + length + sizeof(TValue);
    }

    /// <summary>Reserves tables for the whole file if the file is small, and otherwise for a few times the entries read
    /// so far.</summary>
    private void Reserve()
    {
        if (_read < _reserved || _reserved == _format.Count)
        {
            return;
        }

        long trusted = TrustedBytes / (sizeof(ulong) + sizeof(ulong) + _format.ValueBytes);
        _reserved = Math.Min(_format.Count, Math.Max(trusted, _read * ReserveGrowth));
        map.EnsureCapacity(_reserved);
    }
}

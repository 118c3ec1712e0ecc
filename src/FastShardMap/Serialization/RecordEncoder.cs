using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns a snapshot with keys of any length into the pieces of a file, one after another in the same buffer,
/// as <see cref="MapEncoder{TKey, TValue, THasher}"/> does for keys of a fixed size.</summary>
/// <remarks>The caller owns the snapshot, and must not dispose it before the last piece.</remarks>
internal sealed class RecordEncoder<TValue>
    where TValue : unmanaged
{
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private readonly RecordFormat _format;
    private readonly ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> _snapshot;
    private readonly KeyForm _form;
    private readonly IProgress<long>? _progress;
    private readonly byte[] _buffer;
    private ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher>.Enumerator _entries;
    private long _written;
    private long _blocks;
    private long _unreported;
    private bool _begun;
    private bool _ended;

    public RecordEncoder(
        ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot, KeyForm form, IProgress<long>? progress)
    {
        _format = RecordFormat.ForWriting<TValue>(snapshot.Count);
        _snapshot = snapshot;
        _form = form;
        _progress = progress;
        _entries = snapshot.GetEnumerator();
        _buffer = new byte[RecordFormat.BlockHeaderBytes + _format.MaxEntriesBytes];
    }

    /// <summary>Produces the next piece.</summary>
    /// <returns>The piece, which is valid until the next call; empty after the last piece.</returns>
    public ReadOnlyMemory<byte> Next()
    {
        if (!_begun)
        {
            _begun = true;
            _format.WriteHeader<TValue>(_buffer, _form);
            return _buffer.AsMemory(0, MapFormat.HeaderBytes);
        }

        if (_written < _format.Count)
        {
            int bytes = FillBlock(out int entries);
            _format.SealBlock(_buffer.AsSpan(0, bytes), _blocks++, entries);
            _written += entries;
            Report(bytes);
            return _buffer.AsMemory(0, bytes);
        }

        if (!_ended)
        {
            _ended = true;
            _format.WriteEnd(_buffer, _blocks);
            return _buffer.AsMemory(0, MapFormat.EndBytes);
        }

        _progress?.Report(_format.Count);
        return default;
    }

    private void Report(int bytes)
    {
        _unreported += bytes;
        if (_progress is not null && _unreported >= ReportEveryBytes && _written < _format.Count)
        {
            _progress.Report(_written);
            _unreported = 0;
        }
    }

    private int FillBlock(out int entries)
    {
        int filled = RecordFormat.BlockHeaderBytes;
        entries = 0;
        while (filled < RecordFormat.BlockHeaderBytes + RecordFormat.BlockBytes && _entries.MoveNext())
        {
            KeyValuePair<RecordKey, TValue> entry = _entries.Current;
            filled += Write(_buffer.AsSpan(filled), entry.Key, entry.Value);
            entries++;
        }

        GC.KeepAlive(_snapshot);
        return entries > 0
            ? filled
            : throw new InvalidOperationException("The snapshot has fewer entries than its count says.");
    }

    // Safety: the snapshot keeps the bytes of its keys.
    private static unsafe int Write(Span<byte> destination, RecordKey key, TValue value)
    {
        int length = key.Length;
        int at = RecordFormat.WriteLength(destination, length);
        new ReadOnlySpan<byte>(key.IsLong ? key.Address : (byte*)&key, length).CopyTo(destination[at..]);
        MemoryMarshal.Write(destination[(at + length)..], in value);
        return at + length + Unsafe.SizeOf<TValue>();
    }
}

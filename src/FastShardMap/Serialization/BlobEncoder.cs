using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns a snapshot with values of any length into the pieces of a file.</summary>
/// <remarks>The caller owns the snapshot, and must not dispose it before the last piece.</remarks>
internal sealed class BlobEncoder : RecordFileEncoder
{
    private readonly ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> _snapshot;
    private readonly KeyForm _form;
    private readonly byte[] _lengths = new byte[BlobFormat.MaxLengthsBytes];
    private readonly byte[] _inline = new byte[RecordKey.MaxInlineBytes];
    private ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher>.Enumerator _entries;
    private KeyValuePair<RecordKey, BlobRef> _entry;
    private Part _part = Part.None;
    private int _done;

    public BlobEncoder(
        ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> snapshot, KeyForm form, IProgress<long>? progress)
        : base(BlobFormat.ForWriting(snapshot.Count), BlobFormat.BlockBytes, progress)
    {
        _snapshot = snapshot;
        _form = form;
        _entries = snapshot.GetEnumerator();
    }

    /// <summary>The part of the current entry that is written next.</summary>
    private enum Part
    {
        None,
        KeyLength,
        Key,
        ValueLength,
        Value,
    }

    /// <inheritdoc/>
    protected override void WriteHeader(Span<byte> header) => BlobFormat.WriteHeader(Format, header, _form);

    /// <inheritdoc/>
    protected override int Fill(Span<byte> destination, out int entries)
    {
        int filled = 0;
        entries = 0;
        while (filled < destination.Length && (_part != Part.None || TryBegin()))
        {
            ReadOnlySpan<byte> left = BytesOfPart()[_done..];
            int copied = Math.Min(left.Length, destination.Length - filled);
            left[..copied].CopyTo(destination[filled..]);
            filled += copied;
            _done += copied;
            if (copied == left.Length)
            {
                // An entry without a value ends with its length. The block may be full then, and the decoder has all
                // of the entry.
                bool ends = _part == Part.Value || (_part == Part.ValueLength && _entry.Value.Length == 0);
                entries += ends ? 1 : 0;
                _part = ends ? Part.None : _part + 1;
                _done = 0;
            }
        }

        GC.KeepAlive(_snapshot);
        return filled;
    }

    private bool TryBegin()
    {
        bool begins = _entries.MoveNext();
        _entry = _entries.Current;
        _part = begins ? Part.KeyLength : Part.None;
        return begins;
    }

    // Safety: the snapshot keeps the bytes of its keys and values.
    private unsafe ReadOnlySpan<byte> BytesOfPart()
    {
        RecordKey key = _entry.Key;
        switch (_part)
        {
            case Part.KeyLength:
                return _lengths.AsSpan(0, RecordFormat.WriteLength(_lengths, key.Length));
            case Part.Key when key.IsLong:
                return new ReadOnlySpan<byte>(key.Address, key.LongLength);
            case Part.Key:
                new ReadOnlySpan<byte>(&key, key.Length).CopyTo(_inline);
                return _inline.AsSpan(0, key.Length);
            case Part.ValueLength:
                return _lengths.AsSpan(0, RecordFormat.WriteLength(_lengths, (int)_entry.Value.Length));
            default:
                return _entry.Value.Bytes;
        }
    }
}

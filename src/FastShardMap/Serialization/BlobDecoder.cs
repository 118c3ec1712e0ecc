using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file into the entries of a map with values of any length that no other code can
/// access yet.</summary>
internal sealed class BlobDecoder(
    ShardMap<RecordKey, BlobRef, RecordKeyHasher> map, KeyForm form, long availableBytes, IProgress<long>? progress)
    : RecordFileDecoder(availableBytes, progress)
{
    private readonly PendingBytes _pending = new();
    private bool _endsWithoutValue;
    private int _uncounted;

    /// <inheritdoc/>
    protected override RecordFormat ReadHeader(ReadOnlySpan<byte> header) => BlobFormat.ReadHeader(header, form);

    /// <inheritdoc/>
    protected override (int Entries, int Bytes) ReadBlockHeader(ReadOnlySpan<byte> head) =>
        BlobFormat.ReadBlockHeader(Format, head, Block, Format.Count - Entries);

    /// <inheritdoc/>
    protected override void AcceptEntries(ReadOnlySpan<byte> bytes, int entries)
    {
        _pending.Append(bytes);
        int ended = _pending.TakeEntries(AcceptEntry) + _uncounted;
        bool isLast = Entries + entries == Format.Count;

        // Earlier builds counted an entry without a value at the end of a full block in the next block.
        _uncounted = ended == entries + 1
            && _endsWithoutValue
            && _pending.Count == 0
            && bytes.Length == Format.MaxEntriesBytes
            && !isLast
            ? 1
            : 0;
        RecordFormat.RequireBlock(ended == entries + _uncounted && (!isLast || _pending.Count == 0), Block);
    }

    /// <returns>The number of bytes of the entry; 0 if it is not there in full.</returns>
    private unsafe int AcceptEntry(ReadOnlySpan<byte> source)
    {
        bool known = BlobFormat.TryReadLengths(
            source, out int keyStart, out int keyLength, out int valueStart, out int valueLength, out bool isDamaged);
        RecordFormat.RequireBlock(!isDamaged, Block);
        if (!known || source.Length - valueStart < valueLength)
        {
            return 0;
        }

        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = source)
        {
            RecordKey key = KeyBytes.Present(bytes + keyStart, keyLength, buffer, map.Shards.Seed);
            BlobAddOperation operation = new(BlobRef.Present(bytes + valueStart, valueLength));
            map.Shards.Write(key, ref operation);
            MapFormat.Require(operation.Added, "The saved map contains a key twice.");
        }

        _endsWithoutValue = valueLength == 0;
        return valueStart + valueLength;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns a snapshot with keys of any length into the pieces of a file, as
/// <see cref="MapEncoder{TKey, TValue, THasher}"/> does for keys of a fixed size.</summary>
/// <remarks>The caller owns the snapshot, and must not dispose it before the last piece.</remarks>
internal sealed class RecordEncoder<TValue> : RecordFileEncoder
    where TValue : unmanaged
{
    private readonly ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> _snapshot;
    private readonly KeyForm _form;
    private ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher>.Enumerator _entries;

    public RecordEncoder(
        ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot, KeyForm form, IProgress<long>? progress)
        : this(RecordFormat.ForWriting<TValue>(snapshot.Count), snapshot, form, progress)
    {
    }

    private RecordEncoder(
        RecordFormat format,
        ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot,
        KeyForm form,
        IProgress<long>? progress)
        : base(format, format.MaxEntriesBytes, progress)
    {
        _snapshot = snapshot;
        _form = form;
        _entries = snapshot.GetEnumerator();
    }

    /// <inheritdoc/>
    protected override void WriteHeader(Span<byte> header) => Format.WriteHeader<TValue>(header, _form);

    /// <inheritdoc/>
    protected override int Fill(Span<byte> destination, out int entries)
    {
        int filled = 0;
        entries = 0;
        while (filled < RecordFormat.BlockBytes && _entries.MoveNext())
        {
            KeyValuePair<RecordKey, TValue> entry = _entries.Current;
            filled += Write(destination[filled..], entry.Key, entry.Value);
            entries++;
        }

        GC.KeepAlive(_snapshot);
        return filled;
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

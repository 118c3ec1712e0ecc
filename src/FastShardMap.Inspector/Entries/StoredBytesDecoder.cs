using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Entries;

/// <summary>Decodes keys, or values, of any length, whose bytes may be in records.</summary>
internal sealed class StoredBytesDecoder : FieldDecoder
{
    private readonly NativeMap _map;
    private readonly bool _isKey;

    private StoredBytesDecoder(NativeMap map, bool isKey, int bytes)
        : base(0, bytes)
    {
        _map = map;
        _isKey = isKey;
        Fields =
        [
            (StoredBytes.LengthField, For(typeof(int).ToString(), sizeof(int), runtime: null)),
            .. IsText ? [] : (ReadOnlySpan<(string, FieldDecoder)>)[(StoredBytes.TextField, new TextOf(bytes))],
        ];
    }

    public override FieldKind Kind => IsText ? FieldKind.Text : FieldKind.StoredBytes;

    public override string TypeText => IsText ? "text" : "bytes";

    /// <summary>What conditions can name, besides the whole.</summary>
    public override IReadOnlyList<(string Name, FieldDecoder Decoder)> Fields { get; }

    /// <summary>How many could not be read so far.</summary>
    public long Unreadable { get; private set; }

    private bool IsText => _isKey && _map.Header.KeyForm == KeyForm.Text;

    /// <summary>A decoder of the keys of a map; null if they have a fixed size.</summary>
    public static StoredBytesDecoder? ForKeys(NativeMap map) =>
        map.HasRecords ? new StoredBytesDecoder(map, isKey: true, map.KeyBytes) : null;

    /// <summary>A decoder of the values of a map; null if they have a fixed size.</summary>
    public static StoredBytesDecoder? ForValues(NativeMap map) =>
        map.HasBlobs ? new StoredBytesDecoder(map, isKey: false, (int)map.Header.ValueBytes) : null;

    public override object Decode(ReadOnlySpan<byte> source)
    {
        ReadOnlySpan<byte> slot = source.Slice(Offset, Bytes);
        StoredBytes stored = _isKey ? StoredBytes.Read(_map, slot) : StoredBytes.ReadValue(_map, slot);
        Unreadable += stored.IsUnreadable ? 1 : 0;
        return stored;
    }

    /// <summary>The bytes as text. It only tells conditions how to read their constants.</summary>
    private sealed class TextOf(int bytes) : FieldDecoder(0, bytes)
    {
        public override FieldKind Kind => FieldKind.Text;

        public override object Decode(ReadOnlySpan<byte> source) => throw new NotSupportedException();
    }
}

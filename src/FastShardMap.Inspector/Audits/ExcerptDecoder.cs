using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Audits;

/// <summary>Decodes keys of any length, of which an audit has kept the start.</summary>
/// <param name="map">The map under audit.</param>
internal sealed unsafe class ExcerptDecoder(NativeMap map) : FieldDecoder(0, sizeof(KeyExcerpt))
{
    public override FieldKind Kind => map.Header.KeyForm == KeyForm.Text ? FieldKind.Text : FieldKind.StoredBytes;

    public override object Decode(ReadOnlySpan<byte> source) => StoredBytes.ReadExcerpt(map, source);
}

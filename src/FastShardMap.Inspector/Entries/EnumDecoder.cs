using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Entries;

/// <summary>Decodes an enumeration: the name of the member, or the number if no member has it.</summary>
internal sealed class EnumDecoder : FieldDecoder
{
    private readonly ClrElementType _elementType;
    private readonly Dictionary<Int128, string> _names = [];
    private readonly Dictionary<string, Int128> _members = new(StringComparer.Ordinal);

    public EnumDecoder(
        ClrElementType elementType, IEnumerable<(string Name, object? Value)> members, int offset, int bytes)
        : base(offset, bytes)
    {
        _elementType = elementType;
        foreach ((string name, object? value) in members)
        {
            if (value is not null)
            {
                Int128 number = value is ulong large ? large : Convert.ToInt64(value, CultureInfo.InvariantCulture);
                _names.TryAdd(number, name);
                _members.TryAdd(name, number);
            }
        }
    }

    public override FieldKind Kind => FieldKind.Enumeration;

    public override IReadOnlyDictionary<string, Int128> Members => _members;

    public static EnumDecoder Of(ClrEnum type, int offset, int bytes) =>
        new(type.ElementType, type.EnumerateValues(), offset, bytes);

    public override object Decode(ReadOnlySpan<byte> source)
    {
        Int128 number = NumberOf(source.Slice(Offset, Bytes));
        return _names.TryGetValue(number, out string? name) ? name
            : number > long.MaxValue ? (ulong)number
            : (long)number;
    }

    // By the type, because the sign decides which member it is. The length decides if it is not that of the type.
    private Int128 NumberOf(ReadOnlySpan<byte> raw) => (Bytes, _elementType) switch
    {
        (sizeof(sbyte), ClrElementType.Int8) => (sbyte)raw[0],
        (sizeof(byte), _) => raw[0],
        (sizeof(ushort), ClrElementType.UInt16 or ClrElementType.Char) =>
            BinaryPrimitives.ReadUInt16LittleEndian(raw),
        (sizeof(short), _) => BinaryPrimitives.ReadInt16LittleEndian(raw),
        (sizeof(uint), ClrElementType.UInt32) => BinaryPrimitives.ReadUInt32LittleEndian(raw),
        (sizeof(int), _) => BinaryPrimitives.ReadInt32LittleEndian(raw),
        (sizeof(ulong), ClrElementType.UInt64 or ClrElementType.NativeUInt) =>
            BinaryPrimitives.ReadUInt64LittleEndian(raw),
        _ => BinaryPrimitives.ReadInt64LittleEndian(raw),
    };
}

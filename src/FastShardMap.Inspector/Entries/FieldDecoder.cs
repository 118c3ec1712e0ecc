using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using FastShardMap.Inspector.Maps;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Entries;

/// <summary>Turns the bytes of a key or value into what its managed type says they are.</summary>
/// <param name="offset">Where the value starts in the bytes.</param>
/// <param name="bytes">Its length.</param>
internal abstract class FieldDecoder(int offset, int bytes)
{
    private const int MaxDepth = 8;

    protected int Offset { get; } = offset;

    protected int Bytes { get; } = bytes;

    /// <summary>A decoder for a type: of the framework, of the target's heap, or, failing both, of plain bytes.</summary>
    public static FieldDecoder For(string typeName, int bytes, ClrRuntime? runtime)
    {
        if (ScalarDecoder.TryCreate(typeName, 0, bytes) is { } scalar)
        {
            return scalar;
        }

        const string EnumKeyPrefix = "FastShardMap.EnumKey`1[";
        bool isEnumKey = typeName.StartsWith(EnumKeyPrefix, StringComparison.Ordinal);
        string clrName = isEnumKey ? typeName[EnumKeyPrefix.Length..^1] : typeName;
        try
        {
            if (runtime is not null && FindType(runtime, clrName) is { } type)
            {
                return ForType(type, 0, bytes, 0);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Metadata that cannot be read: the bytes can.
        }

        return new BytesDecoder(0, bytes);
    }

    /// <summary>The value: a number, text, truth value, time, or a list of named fields.</summary>
    public abstract object Decode(ReadOnlySpan<byte> source);

    /// <summary>One line of text.</summary>
    public static string Text(object value) => value switch
    {
        IReadOnlyList<KeyValuePair<string, object>> fields =>
            $"{{ {string.Join(", ", fields.Select(field => $"{field.Key} = {Text(field.Value)}"))} }}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };

    private static ClrType? FindType(ClrRuntime runtime, string name)
    {
        foreach (ClrModule module in runtime.EnumerateModules())
        {
            if (module.GetTypeByName(name) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private static FieldDecoder ForType(ClrType type, int offset, int bytes, int depth)
    {
        if (type.IsEnum)
        {
            return new EnumDecoder(type.AsEnum(), offset, bytes);
        }

        if (type.Name is { } name && ScalarDecoder.TryCreate(name, offset, bytes) is { } scalar)
        {
            return scalar;
        }

        if (depth == MaxDepth || type.Fields.Length == 0)
        {
            return new BytesDecoder(offset, bytes);
        }

        List<(string Name, FieldDecoder Decoder)> fields = [];
        foreach (ClrInstanceField field in type.Fields.OrderBy(field => field.Offset))
        {
            FieldDecoder decoder = field.Offset < 0 || field.Offset + field.Size > bytes
                ? new BytesDecoder(offset, bytes)
                : ForField(field, offset + field.Offset, depth);
            fields.Add((FieldName(field.Name), decoder));
        }

        return new StructureDecoder(fields, offset, bytes);
    }

    private static FieldDecoder ForField(ClrInstanceField field, int offset, int depth) =>
        ScalarDecoder.TryCreate(field.ElementType, offset, field.Size, field.Type) is { } scalar ? scalar
        : field.Type is { } type ? ForType(type, offset, field.Size, depth + 1)
        : new BytesDecoder(offset, field.Size);

    // <Name>k__BackingField is what an automatic property's field is called.
    private static string FieldName(string? name) =>
        name is ['<', ..] && name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? name[1..end] : name ?? "?";

    private sealed class StructureDecoder(List<(string Name, FieldDecoder Decoder)> fields, int offset, int bytes)
        : FieldDecoder(offset, bytes)
    {
        public override object Decode(ReadOnlySpan<byte> source)
        {
            List<KeyValuePair<string, object>> values = new(fields.Count);
            foreach ((string name, FieldDecoder decoder) in fields)
            {
                values.Add(new KeyValuePair<string, object>(name, decoder.Decode(source)));
            }

            return values;
        }
    }

    private sealed class EnumDecoder : FieldDecoder
    {
        private readonly Dictionary<long, string> _names = [];

        public EnumDecoder(ClrEnum type, int offset, int bytes)
            : base(offset, bytes)
        {
            foreach ((string name, object? value) in type.EnumerateValues())
            {
                if (value is not null)
                {
                    long bits = value is ulong large ? (long)large : Convert.ToInt64(value, CultureInfo.InvariantCulture);
                    _names.TryAdd(bits, name);
                }
            }
        }

        public override object Decode(ReadOnlySpan<byte> source)
        {
            ReadOnlySpan<byte> raw = source.Slice(Offset, Bytes);
            long value = Bytes switch
            {
                sizeof(byte) => raw[0],
                sizeof(short) => BinaryPrimitives.ReadInt16LittleEndian(raw),
                sizeof(int) => BinaryPrimitives.ReadInt32LittleEndian(raw),
                _ => BinaryPrimitives.ReadInt64LittleEndian(raw),
            };
            return _names.TryGetValue(value, out string? name) ? name : value;
        }
    }

    private sealed class BytesDecoder(int offset, int bytes) : FieldDecoder(offset, bytes)
    {
        public override object Decode(ReadOnlySpan<byte> source) => Convert.ToHexStringLower(source.Slice(Offset, Bytes));
    }

    private sealed class ScalarDecoder(ScalarDecoder.Reader reader, int offset, int bytes) : FieldDecoder(offset, bytes)
    {
        private static readonly Dictionary<string, (Reader Reader, int Bytes)> s_readers = CreateReaders();

        public delegate object Reader(ReadOnlySpan<byte> raw);

        public static ScalarDecoder? TryCreate(string typeName, int offset, int bytes) =>
            s_readers.TryGetValue(typeName, out (Reader Reader, int Bytes) known) && known.Bytes == bytes
                ? new ScalarDecoder(known.Reader, offset, bytes)
                : null;

        public static ScalarDecoder? TryCreate(ClrElementType elementType, int offset, int bytes, ClrType? type) =>
            type is { IsEnum: true }
                ? null
                : elementType switch
                {
                    ClrElementType.Boolean => TryCreate(typeof(bool).ToString(), offset, bytes),
                    ClrElementType.Char => TryCreate(typeof(char).ToString(), offset, bytes),
                    ClrElementType.Int8 => TryCreate(typeof(sbyte).ToString(), offset, bytes),
                    ClrElementType.UInt8 => TryCreate(typeof(byte).ToString(), offset, bytes),
                    ClrElementType.Int16 => TryCreate(typeof(short).ToString(), offset, bytes),
                    ClrElementType.UInt16 => TryCreate(typeof(ushort).ToString(), offset, bytes),
                    ClrElementType.Int32 => TryCreate(typeof(int).ToString(), offset, bytes),
                    ClrElementType.UInt32 => TryCreate(typeof(uint).ToString(), offset, bytes),
                    ClrElementType.Int64 => TryCreate(typeof(long).ToString(), offset, bytes),
                    ClrElementType.UInt64 => TryCreate(typeof(ulong).ToString(), offset, bytes),
                    ClrElementType.Float => TryCreate(typeof(float).ToString(), offset, bytes),
                    ClrElementType.Double => TryCreate(typeof(double).ToString(), offset, bytes),
                    ClrElementType.NativeInt => TryCreate(typeof(nint).ToString(), offset, bytes),
                    ClrElementType.NativeUInt or ClrElementType.Pointer or ClrElementType.FunctionPointer =>
                        TryCreate(typeof(nuint).ToString(), offset, bytes),
                    _ => null,
                };

        public override object Decode(ReadOnlySpan<byte> source) => reader(source.Slice(Offset, Bytes));

        private static Dictionary<string, (Reader Reader, int Bytes)> CreateReaders()
        {
            Dictionary<string, (Reader Reader, int Bytes)> readers = new(StringComparer.Ordinal);
            Number<sbyte>(readers);
            Number<byte>(readers);
            Number<short>(readers);
            Number<ushort>(readers);
            Number<int>(readers);
            Number<uint>(readers);
            Number<long>(readers);
            Number<ulong>(readers);
            Number<nint>(readers);
            Number<nuint>(readers);
            Number<Int128>(readers);
            Number<UInt128>(readers);
            Number<Half>(readers);
            Number<float>(readers);
            Number<double>(readers);
            Any<decimal>(readers);
            Any<char>(readers);
            Any<Guid>(readers);
            Any<TimeSpan>(readers);
            Any<DateOnly>(readers);
            Any<TimeOnly>(readers);
            readers.Add(typeof(bool).ToString(), (static raw => raw[0] != 0, sizeof(bool)));

            // Ticks past the calendar's end, as damaged memory holds them, must not throw.
            readers.Add(typeof(DateTime).ToString(), (static raw => TimeOf(MemoryMarshal.Read<ulong>(raw)), sizeof(ulong)));
            return readers;
        }

        private static object TimeOf(ulong word)
        {
            const ulong TicksMask = 0x3FFF_FFFF_FFFF_FFFF;
            ulong ticks = word & TicksMask;
            DateTimeKind kind = (word >> 62) switch { 0 => DateTimeKind.Unspecified, 1 => DateTimeKind.Utc, _ => DateTimeKind.Local };
            return ticks <= (ulong)DateTime.MaxValue.Ticks ? new DateTime((long)ticks, kind) : $"no time: 0x{word:x16}";
        }

        private static void Number<T>(Dictionary<string, (Reader Reader, int Bytes)> readers)
            where T : unmanaged, INumberBase<T> => Any<T>(readers);

        private static unsafe void Any<T>(Dictionary<string, (Reader Reader, int Bytes)> readers)
            where T : unmanaged =>
            readers.Add(typeof(T).ToString(), (static raw => MemoryMarshal.Read<T>(raw), sizeof(T)));
    }
}

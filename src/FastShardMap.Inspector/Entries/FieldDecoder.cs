using System.Collections.ObjectModel;
using System.Globalization;
using System.Reflection;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Entries;

/// <summary>Decodes the bytes of a key or a value by its managed type.</summary>
/// <param name="offset">Where the value starts in the bytes.</param>
/// <param name="bytes">Its length.</param>
internal abstract class FieldDecoder(int offset, int bytes)
{
    private const int MaxDepth = 8;
    private const string EnumKeyType = "FastShardMap.EnumKey`1";

    private static readonly string s_cacheEntry = typeof(CacheEntry<>).FullName!;

    protected int Offset { get; } = offset;

    protected int Bytes { get; } = bytes;

    /// <summary>
    /// A decoder for a type of the framework, or for one that the target's heap describes, or else for plain bytes. Of
    /// a cache's entry, it decodes the value of the user.
    /// </summary>
    public static FieldDecoder For(string typeName, int bytes, ClrRuntime? runtime)
    {
        string? valueType = TypeNames.ArgumentOf(typeName, s_cacheEntry);
        ScalarDecoder? scalar = valueType is null
            ? ScalarDecoder.TryCreate(typeName, 0, bytes)
            : ScalarDecoder.TryCreateOfEntry(valueType, bytes);
        if (scalar is not null)
        {
            return scalar;
        }

        string userType = valueType ?? typeName;
        string clrName = TypeNames.ArgumentOf(userType, EnumKeyType) ?? userType;
        try
        {
            if (runtime is not null && FindType(runtime, clrName) is { } type)
            {
                return valueType is null ? ForType(type, 0, bytes, 0) : ForEntry(type, bytes);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The metadata cannot be read, but the bytes can.
        }

        return new BytesDecoder(0, bytes);
    }

    public abstract FieldKind Kind { get; }

    /// <summary>The name of the type, for messages.</summary>
    public virtual string TypeText => "value";

    /// <summary>The fields of a struct, in order.</summary>
    public virtual IReadOnlyList<(string Name, FieldDecoder Decoder)> Fields => [];

    /// <summary>The members of an enumeration.</summary>
    public virtual IReadOnlyDictionary<string, Int128> Members => ReadOnlyDictionary<string, Int128>.Empty;

    /// <summary>Parses a text as a value of the type; null if it is not one.</summary>
    public virtual IComparable? ParseScalar(string text) => null;

    /// <summary>What conditions can compare: the paths of everything that is not a structure.</summary>
    public static IEnumerable<string> Paths(string root, FieldDecoder decoder)
    {
        IEnumerable<string> fields = decoder.Fields.SelectMany(field => Paths($"{root}.{field.Name}", field.Decoder));
        return decoder.Kind == FieldKind.Structure ? fields : fields.Prepend(root);
    }

    /// <summary>Decodes the value: a number, a text, a truth value, a time, or a list of named fields.</summary>
    public abstract object Decode(ReadOnlySpan<byte> source);

    /// <summary>The value as one line of text.</summary>
    public static string Text(object value) => value switch
    {
        IReadOnlyList<KeyValuePair<string, object>> fields =>
            $"{{ {string.Join(", ", fields.Select(field => $"{field.Key} = {Text(field.Value)}"))} }}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
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

    // The value is at the start of a cache's entry, unless the runtime chooses the order of fields.
    private static FieldDecoder ForEntry(ClrType type, int bytes) =>
        type.IsEnum ? ForType(type, 0, Math.Min(bytes, BytesOf(type.AsEnum())), 0)
        : IsSequential(type, 0) ? ForType(type, 0, bytes, 0)
        : new BytesDecoder(0, bytes);

    private static int BytesOf(ClrEnum type) => type.ElementType switch
    {
        ClrElementType.Boolean or ClrElementType.Int8 or ClrElementType.UInt8 => sizeof(byte),
        ClrElementType.Char or ClrElementType.Int16 or ClrElementType.UInt16 => sizeof(short),
        ClrElementType.Int32 or ClrElementType.UInt32 => sizeof(int),
        _ => sizeof(long),
    };

    /// <summary>Whether the fields of a structure, and of those in it, have the order of the source. The runtime
    /// chooses the order for a structure that contains one of automatic layout, such as
    /// <see cref="DateTime"/>.</summary>
    private static bool IsSequential(ClrType type, int depth) =>
        depth < MaxDepth
        && (type.TypeAttributes & TypeAttributes.LayoutMask) == TypeAttributes.SequentialLayout
        && type.Fields.All(field => field.IsPrimitive
            || (field.Type is { } inner && (inner.IsEnum || IsSequential(inner, depth + 1))));

    private static FieldDecoder ForType(ClrType type, int offset, int bytes, int depth)
    {
        if (type.IsEnum)
        {
            return EnumDecoder.Of(type.AsEnum(), offset, bytes);
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

    // The field of an automatic property is called <Name>k__BackingField.
    private static string FieldName(string? name) =>
        name is ['<', ..] && name.IndexOf('>', StringComparison.Ordinal) is > 1 and int end
            ? name[1..end]
            : name ?? "?";

    private sealed class StructureDecoder(List<(string Name, FieldDecoder Decoder)> fields, int offset, int bytes)
        : FieldDecoder(offset, bytes)
    {
        public override FieldKind Kind => FieldKind.Structure;

        public override IReadOnlyList<(string Name, FieldDecoder Decoder)> Fields => fields;

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

    private sealed class BytesDecoder(int offset, int bytes) : FieldDecoder(offset, bytes)
    {
        public override FieldKind Kind => FieldKind.Bytes;

        public override object Decode(ReadOnlySpan<byte> source) =>
            Convert.ToHexStringLower(source.Slice(Offset, Bytes));
    }
}

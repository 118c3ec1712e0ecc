using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Entries;

/// <summary>Decodes the types of the framework that have their own text form.</summary>
internal sealed class ScalarDecoder : FieldDecoder
{
    private static readonly Dictionary<string, Scalar> s_scalars = CreateScalars();
    private readonly Scalar _scalar;

    private ScalarDecoder(Scalar scalar, int offset, int bytes)
        : base(offset, bytes) => _scalar = scalar;

    private delegate object Reader(ReadOnlySpan<byte> raw);

    public override FieldKind Kind => _scalar.Parse is null ? FieldKind.Number : FieldKind.Scalar;

    public override string TypeText => _scalar.Name;

    public static ScalarDecoder? TryCreate(string typeName, int offset, int bytes) =>
        s_scalars.TryGetValue(typeName, out Scalar? known) && known.Bytes == bytes
            ? new ScalarDecoder(known, offset, bytes)
            : null;

    /// <summary>A decoder of the value in a cache's entry.</summary>
    /// <param name="valueType">The type of the value.</param>
    /// <param name="bytes">The length of the entry.</param>
    public static ScalarDecoder? TryCreateOfEntry(string valueType, int bytes) =>
        s_scalars.TryGetValue(valueType, out Scalar? known) && known.EntryBytes == bytes
            ? new ScalarDecoder(known, known.OffsetInEntry, known.Bytes)
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

    public override object Decode(ReadOnlySpan<byte> source) => _scalar.Read(source.Slice(Offset, Bytes));

    public override IComparable? ParseScalar(string text) => _scalar.Parse?.Invoke(text);

    private static Dictionary<string, Scalar> CreateScalars()
    {
        Dictionary<string, Scalar> scalars = new(StringComparer.Ordinal);
        Number<sbyte>(scalars);
        Number<byte>(scalars);
        Number<short>(scalars);
        Number<ushort>(scalars);
        Number<int>(scalars);
        Number<uint>(scalars);
        Number<long>(scalars);
        Number<ulong>(scalars);
        Number<nint>(scalars);
        Number<nuint>(scalars);
        Number<Int128>(scalars);
        Number<UInt128>(scalars);
        Number<Half>(scalars);
        Number<float>(scalars);
        Number<double>(scalars);
        Number<decimal>(scalars);
        Text<Guid>(scalars);
        Text<TimeSpan>(scalars);
        Text<DateOnly>(scalars);
        Text<TimeOnly>(scalars);
        Add<char>(scalars, static raw => MemoryMarshal.Read<char>(raw), ParseCharacter);
        Add<bool>(
            scalars, static raw => raw[0] != 0, static text => bool.TryParse(text, out bool truth) ? truth : null);

        // Damaged memory may have ticks beyond the end of the calendar, which must not throw.
        Add<DateTime>(scalars, static raw => TimeOf(MemoryMarshal.Read<ulong>(raw)), ParseTime);
        return scalars;
    }

    private static object TimeOf(ulong word)
    {
        const ulong TicksMask = 0x3FFF_FFFF_FFFF_FFFF;
        ulong ticks = word & TicksMask;
        DateTimeKind kind = (word >> 62) switch
        {
            0 => DateTimeKind.Unspecified,
            1 => DateTimeKind.Utc,
            _ => DateTimeKind.Local,
        };
        return ticks <= (ulong)DateTime.MaxValue.Ticks ? new DateTime((long)ticks, kind) : $"no time: 0x{word:x16}";
    }

    // A character without a glyph can be given by its code.
    private static IComparable? ParseCharacter(string text) =>
        text.Length == 1 ? text[0]
        : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(
                text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
                ? (char)code
                : null;

    // A time is taken as written, whatever the time zone; one with an offset is converted to UTC.
    private static IComparable? ParseTime(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time)
            ? time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time
            : null;

    private static void Number<T>(Dictionary<string, Scalar> scalars)
        where T : unmanaged, INumberBase<T> => Add<T>(scalars, static raw => MemoryMarshal.Read<T>(raw), parse: null);

    private static void Text<T>(Dictionary<string, Scalar> scalars)
        where T : unmanaged, IParsable<T>, IComparable =>
        Add<T>(
            scalars,
            static raw => MemoryMarshal.Read<T>(raw),
            static text => T.TryParse(text, CultureInfo.InvariantCulture, out T value) ? value : null);

    private static unsafe void Add<T>(
        Dictionary<string, Scalar> scalars, Reader read, Func<string, IComparable?>? parse)
        where T : unmanaged
    {
        CacheEntry<T> entry = default;
        int offsetInEntry = (int)((byte*)&entry.Value - (byte*)&entry);
        scalars.Add(
            typeof(T).ToString(),
            new Scalar(typeof(T).Name, read, sizeof(T), sizeof(CacheEntry<T>), offsetInEntry, parse));
    }

    /// <param name="Name">The name of the type, for messages.</param>
    /// <param name="Read">Converts bytes to the value.</param>
    /// <param name="Bytes">The length in bytes.</param>
    /// <param name="EntryBytes">The length of a cache's entry with such a value.</param>
    /// <param name="OffsetInEntry">Where the value is in that entry. It need not be the start, because
    /// <see cref="DateTime"/> has automatic layout.</param>
    /// <param name="Parse">Parses a text as a value; null for numbers, which are compared across types.</param>
    private sealed record Scalar(
        string Name,
        Reader Read,
        int Bytes,
        int EntryBytes,
        int OffsetInEntry,
        Func<string, IComparable?>? Parse);
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// Writes addresses as JSON text such as <c>"0x7fc9ad725000"</c>, the form that tables show and commands accept. Null
/// means no address.
/// </summary>
/// <remarks>As numbers above 2^53, they would lose bits in readers that use doubles.</remarks>
internal sealed class HexAddress : JsonConverter<ulong>
{
    public static string? Text(ulong address) => address == 0 ? null : $"0x{address:x}";

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is ['0', 'x', .. string digits]
            ? ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : 0;

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastShardMap.Inspector.Rendering;

/// <summary>Addresses in JSON: text such as <c>"0x7fc9ad725000"</c>, as tables show them and commands take them; null for none.</summary>
/// <remarks>As numbers they would lose bits above 2^53 in readers that know only doubles.</remarks>
internal sealed class HexAddress : JsonConverter<ulong>
{
    public static string? Text(ulong address) => address == 0 ? null : $"0x{address:x}";

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is ['0', 'x', .. var digits] ? ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));
}

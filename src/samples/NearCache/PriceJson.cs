using System.Text.Json.Serialization;

namespace NearCache;

/// <summary>How the answers are written.</summary>
[JsonSerializable(typeof(PriceAnswer))]
[JsonSerializable(typeof(NearAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PriceJson : JsonSerializerContext;

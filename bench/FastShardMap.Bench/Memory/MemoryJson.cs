using System.Text.Json.Serialization;

namespace FastShardMap.Bench.Memory;

/// <summary>
/// Generated code for <see cref="MemoryReading"/>, so that the probe also runs compiled ahead of time.
/// </summary>
[JsonSerializable(typeof(MemoryReading))]
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class MemoryJson : JsonSerializerContext;

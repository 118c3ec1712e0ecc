using System.Text.Json.Serialization;

namespace SessionService;

/// <summary>Serializers that are generated when the service is compiled, as NativeAOT needs them.</summary>
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(ServiceStatistics))]
[JsonSerializable(typeof(long))]
internal sealed partial class SessionJson : JsonSerializerContext;

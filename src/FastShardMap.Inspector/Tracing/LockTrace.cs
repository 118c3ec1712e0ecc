using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Tracing;

/// <summary>The contention events of a trace.</summary>
internal sealed class LockTrace
{
    public List<LockEvent> Events { get; } = [];

    /// <summary>Names of threads by managed id, if they had a name when they first wrote to a map.</summary>
    public Dictionary<int, string> ThreadNames { get; } = [];

    /// <summary>The maps that the trace describes, by address.</summary>
    public Dictionary<ulong, TracedMap> Maps { get; } = [];

    public TimeSpan Duration { get; set; }

    public string ThreadText(int id) => id == 0 ? "an unknown thread"
        : ThreadNames.TryGetValue(id, out string? name)
            ? $"{Printable.Text(name, Printable.MaxThreadName)} ({id})"
            : $"thread {id}";

    public string MapText(ulong map) =>
        Maps.TryGetValue(map, out TracedMap? traced) ? Printable.Name(traced.Text(map)) : $"0x{map:x}";
}

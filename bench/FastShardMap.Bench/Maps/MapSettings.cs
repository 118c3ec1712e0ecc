using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Maps;

/// <summary>How a map under test is to be made.</summary>
/// <param name="Capacity">Pairs to reserve room for; 0 for a map that grows from empty.</param>
/// <param name="Shards">Shards or stripes; 0 for the map's own default.</param>
/// <param name="HugePages">Ask for huge pages, where the map has memory of its own.</param>
/// <param name="Background">Let a background worker help, where the map has one.</param>
/// <param name="Name">A name, under which a map that has metrics publishes them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MapSettings(
    long Capacity = 0, int Shards = 0, bool HugePages = false, bool Background = false, string? Name = null);

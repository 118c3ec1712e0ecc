namespace FastShardMap.Inspector.Tracing;

/// <summary>A map as a trace describes it.</summary>
/// <param name="Type">The type, such as <c>ShardMap&lt;Int32, Int32&gt;</c>.</param>
/// <param name="Name">The name; empty if the map has none.</param>
internal sealed record TracedMap(string Type, string Name)
{
    public string Text(ulong address) => Name.Length > 0 ? $"{Type} '{Name}'" : $"{Type} 0x{address:x}";
}

using System.Runtime.CompilerServices;

namespace FastShardMap.CodeProbe;

/// <summary>A read and a write with all that the JIT inlines into them.</summary>
internal static class Paths
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Read(ShardMap<ulong, ulong> map, ulong key) =>
        map.TryGetValue(key, out ulong value) ? value : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Write(ShardMap<ulong, ulong> map, ulong key) => map[key] = key;
}

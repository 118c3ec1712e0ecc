namespace FastShardMap.Near.DependencyInjection;

/// <summary>The kinds of near maps that can be services.</summary>
internal static class NearMapKinds
{
    public static NearMapKind<NearBytes> Bytes { get; } = new(
        NearBytes.ConnectAsync,
        static map => new NearMapHealth(map.Suspension, map.Source, map.StalenessBound, map.GetStatistics()));

    public static NearMapKind<NearMap<TKey, TValue>> Of<TKey, TValue>()
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged => new(
            NearMap<TKey, TValue>.ConnectAsync,
            static map => new NearMapHealth(map.Suspension, map.Source, map.StalenessBound, map.GetStatistics()));
}

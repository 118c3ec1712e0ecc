namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Creates and loads maps of one type: with two type parameters, or with a hasher of its own.</summary>
/// <param name="Create">Creates an empty map.</param>
/// <param name="Load">Loads a map from a file.</param>
internal sealed record MapFactory<TKey, TValue, THasher>(
    Func<ShardMapOptions, ShardMap<TKey, TValue, THasher>> Create,
    Func<string, ShardMapOptions, ShardMap<TKey, TValue, THasher>> Load)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>;

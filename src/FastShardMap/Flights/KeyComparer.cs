using System.Diagnostics.CodeAnalysis;

namespace FastShardMap.Flights;

/// <summary>Compares keys as a map with this hasher does.</summary>
/// <param name="seed">The seed of the hash codes.</param>
internal sealed class KeyComparer<TKey, THasher>(HashSeed seed) : IEqualityComparer<TKey>
    where TKey : unmanaged, IEquatable<TKey>
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly HashSeed _seed = seed;

    public bool Equals(TKey x, TKey y) => x.Equals(y);

    public int GetHashCode([DisallowNull] TKey obj) => default(THasher).Hash(obj, _seed).GetHashCode();
}

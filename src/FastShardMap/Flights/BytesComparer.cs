using System.Diagnostics.CodeAnalysis;

namespace FastShardMap.Flights;

/// <summary>Compares bytes by their content.</summary>
/// <param name="seed">The seed of the hash codes, so that nobody can choose keys of equal hash codes.</param>
internal sealed class BytesComparer(HashSeed seed) : IEqualityComparer<ReadOnlyMemory<byte>>
{
    private readonly HashSeed _seed = seed;

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode([DisallowNull] ReadOnlyMemory<byte> obj) => HashMixer.Mix(obj.Span, _seed).GetHashCode();
}

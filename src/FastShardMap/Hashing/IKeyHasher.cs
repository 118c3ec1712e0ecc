namespace FastShardMap;

/// <summary>Computes the 64-bit hash codes of a map's keys. Implement it as a <c>readonly struct</c>, so that calls are
/// inlined.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>
/// <para>The map derives everything it needs from one hash code and does not mix it further: the shard from bits 5 to
/// 16, a 7-bit tag from bits 17 to 23, the overflow filter from bits 24 to 27, and the home group from bit 63
/// downwards. All 64 bits must therefore depend on the whole key and on the seed. <see cref="HashMixer"/> returns such
/// hash codes; every hasher should end with a call of one of its methods.</para>
/// <para>A weak hash function makes the map slow, but never wrong. A hash function that returns different hash codes
/// for equal keys makes the map lose entries.</para>
/// <example>
/// <code>
/// readonly record struct Position(int X, int Y, int Z);
///
/// readonly struct PositionHasher : IKeyHasher&lt;Position&gt;
/// {
///     public ulong Hash(Position key, HashSeed seed) =&gt;
///         HashMixer.Mix((uint)key.X | ((ulong)(uint)key.Y &lt;&lt; 32), (uint)key.Z, seed);
/// }
/// </code>
/// </example>
/// </remarks>
public interface IKeyHasher<TKey>
    where TKey : unmanaged
{
    /// <summary>Computes the hash code of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="seed">The seed of the map. It is the same for every call of one map.</param>
    /// <returns>The hash code. Keys that are equal according to <see cref="IEquatable{T}"/> must have equal hash codes
    /// under the same seed.</returns>
    /// <remarks>Implementations must be safe to call from several threads at once, must not throw, and should not
    /// allocate. The map calls the hasher only with keys that its callers passed and with keys it contains, and never
    /// with a torn key.</remarks>
    ulong Hash(TKey key, HashSeed seed);
}

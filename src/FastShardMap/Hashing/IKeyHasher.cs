namespace FastShardMap;

/// <summary>Computes the 64-bit hash codes of a map's keys. Implement it by a <c>readonly struct</c>, so that the call is inlined.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>
/// <para>The map takes everything it needs from the one hash code and mixes it no further: the shard from its lowest
/// bits, a 7-bit tag from the bits above those, the group from its highest bits. So all 64 bits must depend on all of
/// the key and on the seed. <see cref="HashMixer"/> gives such bits; end every hasher with one of its methods.</para>
/// <para>A weak hash makes the map slow, never wrong. A hash that breaks the rule of equal keys makes it lose entries.</para>
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
    /// <param name="seed">The seed of the map: the same for every call of one map.</param>
    /// <returns>The hash code. Keys that are equal by <see cref="IEquatable{T}"/> must have equal hash codes under the same seed.</returns>
    /// <remarks>Must be safe to call from several threads at once, must not throw, and should not allocate. The map
    /// calls the hasher only with keys passed to it by its caller, or with keys it holds, never with a torn key.</remarks>
    ulong Hash(TKey key, HashSeed seed);
}

using System.Runtime.CompilerServices;
using System.Text;
using FastShardMap.Hashing;

namespace FastShardMap;

/// <summary>The default hasher of a map. It agrees with <see cref="IEquatable{T}"/> for every type of key.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>
/// <para><b>Types with full 64-bit quality:</b> all integers, <see cref="bool"/>, <see cref="char"/>, enumerations and
/// <see cref="EnumKey{TEnum}"/>, <see cref="Half"/>, <see cref="float"/>, <see cref="double"/>, <see cref="decimal"/>,
/// <see cref="Int128"/>, <see cref="UInt128"/>, <see cref="Guid"/>, <see cref="DateTime"/>,
/// <see cref="DateTimeOffset"/>, <see cref="TimeSpan"/>, <see cref="DateOnly"/>, <see cref="TimeOnly"/>,
/// <see cref="Rune"/>, <see cref="Index"/> and <see cref="Range"/>. Values that are equal but differ in their bits have
/// equal hash codes: −0.0 and 0.0, all NaN, <c>1.0m</c> and <c>1.00m</c>, times of different
/// <see cref="DateTimeKind"/>.</para>
/// <para><b>Any other struct</b> is hashed by its own <see cref="object.GetHashCode"/>, which returns only 32 bits.
/// With about 100,000 keys and more, some keys have the same 64-bit hash code; with hundreds of millions of keys, the
/// map slows down. Some implementations are weak (for example, they combine coordinates by exclusive or), and a struct
/// that does not override the method is hashed by reflection, which allocates. For large maps, or where speed matters,
/// supply an <see cref="IKeyHasher{TKey}"/>.</para>
/// <para><b>Keys chosen by an adversary.</b> The seed protects the types of the first list, because their hash codes
/// cannot be predicted. It does not protect other structs: keys with equal <see cref="object.GetHashCode"/> collide
/// whatever the seed is, and such keys are easily computed for a record struct or a tuple. A few thousand of them make
/// each operation search all of them. For keys from untrusted sources, supply an <see cref="IKeyHasher{TKey}"/> that
/// passes all fields and the seed to <see cref="HashMixer"/>.</para>
/// <para><b>Keys of the first list</b> have a shorter hash than
/// <see cref="HashMixer.Mix(ulong, HashSeed)"/>: one or two multiplications, a CRC-32C and a multiplication. Sets of
/// keys that are chosen without knowledge of the seed spread over shards and groups as other keys do. The hash is not
/// designed to withstand an adversary that learns about the seed by measuring how long operations take.
/// <see cref="FloodResistantHasher{TKey}"/> always uses <see cref="HashMixer"/>.</para>
/// <para>Thread safety: stateless, so all members are safe to call concurrently. Allocation: none, except by the
/// struct's own <see cref="object.GetHashCode"/>. The JIT makes every decision by type at
/// compile time.</para>
/// </remarks>
public readonly struct DefaultHasher<TKey> : IKeyHasher<TKey>
    where TKey : unmanaged
{
    /// <summary>Computes the hash code of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="seed">The seed of the map.</param>
    /// <returns>The hash code.</returns>
    /// <remarks>Throws only what the key's own <see cref="object.GetHashCode"/> throws, for types that are hashed by
    /// it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Hash(TKey key, HashSeed seed)
    {
        if (KeyTraits<TKey>.IsTwoWords)
        {
            (ulong low, ulong high) = WordsOf(key);
            return WordHash.Mix(low, high, seed);
        }

        return WordHash.Mix(WordOf(key), seed);
    }

    /// <inheritdoc cref="WordHash.Mix(ulong, HashSeed, out ulong)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong HashInParts(TKey key, HashSeed seed, out ulong shardBits)
    {
        if (KeyTraits<TKey>.IsTwoWords)
        {
            (ulong low, ulong high) = WordsOf(key);
            return WordHash.Mix(low, high, seed, out shardBits);
        }

        return WordHash.Mix(WordOf(key), seed, out shardBits);
    }

    /// <summary>The words of a key that <see cref="KeyTraits{TKey}.IsTwoWords"/>, alike for equal keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Low, ulong High) WordsOf(TKey key)
    {
        if (typeof(TKey) == typeof(decimal))
        {
            return CanonicalKeyBits.Of(Unsafe.BitCast<TKey, decimal>(key));
        }

        UInt128 wide = Unsafe.BitCast<TKey, UInt128>(key);
        return ((ulong)wide, (ulong)(wide >> 64));
    }

    /// <summary>The word of any other key, alike for equal keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong WordOf(TKey key)
    {
        if (KeyTraits<TKey>.EqualMeansSameBits)
        {
            return Unsafe.SizeOf<TKey>() switch
            {
                sizeof(byte) => Unsafe.BitCast<TKey, byte>(key),
                sizeof(ushort) => Unsafe.BitCast<TKey, ushort>(key),
                sizeof(uint) => Unsafe.BitCast<TKey, uint>(key),
                _ => Unsafe.BitCast<TKey, ulong>(key),
            };
        }

        if (typeof(TKey) == typeof(double))
        {
            return CanonicalKeyBits.Of(Unsafe.BitCast<TKey, double>(key));
        }

        if (typeof(TKey) == typeof(float))
        {
            return CanonicalKeyBits.Of(Unsafe.BitCast<TKey, float>(key));
        }

        if (typeof(TKey) == typeof(Half))
        {
            return CanonicalKeyBits.Of(Unsafe.BitCast<TKey, Half>(key));
        }

        if (typeof(TKey) == typeof(DateTime))
        {
            // Equality ignores the kind, which is part of the same word.
            return (ulong)Unsafe.BitCast<TKey, DateTime>(key).Ticks;
        }

        if (typeof(TKey) == typeof(DateTimeOffset))
        {
            // Two values are equal if they are the same point in time, whatever their offsets.
            return (ulong)Unsafe.BitCast<TKey, DateTimeOffset>(key).UtcTicks;
        }

        return (uint)key.GetHashCode();
    }
}

using System.Runtime.CompilerServices;
using System.Text;

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
/// <para>Thread safety: stateless, so all members are safe to call concurrently. Allocation: none, except by the
/// struct's own <see cref="object.GetHashCode"/>. The algorithm is that of <see cref="HashMixer"/>. The JIT makes every
/// decision by type at compile time.</para>
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
        if (EqualMeansSameBits)
        {
            if (Unsafe.SizeOf<TKey>() == 2 * sizeof(ulong))
            {
                UInt128 wide = Unsafe.BitCast<TKey, UInt128>(key);
                return HashMixer.Mix((ulong)wide, (ulong)(wide >> 64), seed);
            }

            return HashMixer.Mix(WordOf(key), seed);
        }

        if (typeof(TKey) == typeof(double))
        {
            return HashMixer.Mix(CanonicalKeyBits.Of(Unsafe.BitCast<TKey, double>(key)), seed);
        }

        if (typeof(TKey) == typeof(float))
        {
            return HashMixer.Mix(CanonicalKeyBits.Of(Unsafe.BitCast<TKey, float>(key)), seed);
        }

        if (typeof(TKey) == typeof(Half))
        {
            return HashMixer.Mix(CanonicalKeyBits.Of(Unsafe.BitCast<TKey, Half>(key)), seed);
        }

        if (typeof(TKey) == typeof(DateTime))
        {
            // Equality ignores the kind, which is part of the same word.
            return HashMixer.Mix((ulong)Unsafe.BitCast<TKey, DateTime>(key).Ticks, seed);
        }

        if (typeof(TKey) == typeof(DateTimeOffset))
        {
            // Two values are equal if they are the same point in time, whatever their offsets.
            return HashMixer.Mix((ulong)Unsafe.BitCast<TKey, DateTimeOffset>(key).UtcTicks, seed);
        }

        if (typeof(TKey) == typeof(decimal))
        {
            (ulong low, ulong high) = CanonicalKeyBits.Of(Unsafe.BitCast<TKey, decimal>(key));
            return HashMixer.Mix(low, high, seed);
        }

        return HashMixer.Mix((uint)key.GetHashCode(), seed);
    }

    /// <summary>Whether the framework defines the equality of keys, so that comparing them runs no user code.</summary>
    internal static bool KnowsKey
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => EqualMeansSameBits
            || typeof(TKey) == typeof(double) || typeof(TKey) == typeof(float) || typeof(TKey) == typeof(Half)
            || typeof(TKey) == typeof(DateTime) || typeof(TKey) == typeof(DateTimeOffset)
            || typeof(TKey) == typeof(decimal);
    }

    // Types without padding whose Equals compares all of their bits. The bits of other types must not be hashed: equal
    // keys could have different hash codes because of padding bytes, or of several representations of one value.
    private static bool EqualMeansSameBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TKey) == typeof(ulong) || typeof(TKey) == typeof(long)
            || typeof(TKey) == typeof(uint) || typeof(TKey) == typeof(int)
            || typeof(TKey) == typeof(ushort) || typeof(TKey) == typeof(short)
            || typeof(TKey) == typeof(byte) || typeof(TKey) == typeof(sbyte)
            || typeof(TKey) == typeof(bool) || typeof(TKey) == typeof(char)
            || typeof(TKey) == typeof(nuint) || typeof(TKey) == typeof(nint)
            || typeof(TKey) == typeof(UInt128) || typeof(TKey) == typeof(Int128) || typeof(TKey) == typeof(Guid)
            || typeof(TKey) == typeof(TimeSpan) || typeof(TKey) == typeof(DateOnly) || typeof(TKey) == typeof(TimeOnly)
            || typeof(TKey) == typeof(Rune) || typeof(TKey) == typeof(Index) || typeof(TKey) == typeof(Range)
            || typeof(TKey).IsEnum || default(TKey) is IEnumKey;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WordOf(TKey key) => Unsafe.SizeOf<TKey>() switch
    {
        sizeof(byte) => Unsafe.BitCast<TKey, byte>(key),
        sizeof(ushort) => Unsafe.BitCast<TKey, ushort>(key),
        sizeof(uint) => Unsafe.BitCast<TKey, uint>(key),
        _ => Unsafe.BitCast<TKey, ulong>(key),
    };
}

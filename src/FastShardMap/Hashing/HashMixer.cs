using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastShardMap;

/// <summary>Mixes words or bytes with a seed into hash codes whose 64 bits are all usable: the building blocks of an <see cref="IKeyHasher{TKey}"/>.</summary>
/// <remarks>
/// <para>Thread safety: every method is pure. Allocation: none.</para>
/// <para>The algorithm is the folded multiplication of wyhash (Wang Yi, 2019), also known from Abseil, aHash and
/// foldhash: multiply two words to 128 bits and combine both halves by exclusive or. The arrangement of the folds is
/// this library's own. It is not a cryptographic hash: the seed protects as long as an attacker cannot learn it, for
/// example by timing.</para>
/// </remarks>
public static class HashMixer
{
    /// <summary>Mixes one word with a seed.</summary>
    /// <param name="value">The word.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code. No exceptions, no allocation.</returns>
    /// <remarks>
    /// Two folds, because one is not enough for keys at regular distances: its top bits step through the groups by a
    /// constant (Fibonacci hashing), and for an unlucky pair of seed and distance that constant is close to a simple
    /// fraction. Over 60 seeds and 100 patterns of 22,937 keys, one fold overfilled groups in 6 % of the
    /// pairs (up to 97 % of the keys overflowing where 8 % is random), made tags collide up to 70 times too often and put
    /// all keys into a few of 16 shards for some. Two folds could not be told from random numbers over 100,000 pairs.
    /// The second fold costs 1.2 ns of a dependent lookup of 8.7 ns in cache (2.1 GHz Xeon).
    /// Cheaper finalisers tried and rejected, all failing in the low bits: a multiplication without fold, rotations with
    /// exclusive or, multiplication of the key by its own rotation or byte reversal.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value, HashSeed seed)
    {
        var multiplier = seed.Key1;
        return Fold(Fold(value ^ seed.Key0, multiplier), multiplier);
    }

    /// <summary>Mixes two words with a seed. The order of the words counts.</summary>
    /// <param name="a">The first word.</param>
    /// <param name="b">The second word.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code. No exceptions, no allocation.</returns>
    /// <remarks>Each word has a multiplication of its own by a constant that is never zero, so no value of one word can
    /// erase the other (which multiplying the words by each other would allow). Both run in parallel: the result is
    /// ready two cycles later than that of one word. The rotation keeps bits of the same position in both folds apart:
    /// with a plain sum instead, a few grids of points filled 16 shards unevenly (1 of 29,200 pairs of seed and pattern,
    /// and another one in HashDistributionTests).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong a, ulong b, HashSeed seed)
    {
        return Fold(Absorb(0, a, b, seed), seed.Key1);
    }

    /// <summary>Mixes bytes of any number with a seed.</summary>
    /// <param name="bytes">The bytes; their number counts too, so trailing zeros make a difference.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code, independent of the machine's byte order. No exceptions, no allocation.</returns>
    /// <remarks>Do not hand over the raw bytes of a struct that has padding or floating-point fields: keys that are equal
    /// may differ in them.</remarks>
    public static ulong Mix(ReadOnlySpan<byte> bytes, HashSeed seed)
    {
        var multiplier = seed.Key1;

        // Multiplied, or the length would cancel against the first word: one byte of value 1 looked like no byte at all.
        var state = (ulong)bytes.Length * multiplier;

        // Each round is Mix(a, b) without its last fold; the next round's first fold, or the end, takes that place.
        while (bytes.Length > 2 * sizeof(ulong))
        {
            state = Absorb(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]), seed);
            bytes = bytes[(2 * sizeof(ulong))..];
        }

        var (a, b) = ReadTail(bytes);
        return Fold(Absorb(state, a, b, seed), multiplier);
    }

    /// <summary>The 128-bit product of two words, its halves combined by exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fold(ulong a, ulong b)
    {
        // Two multiplications run in parallel. Math.BigMul has only one, but .NET 10 passes the low half of its result
        // through the stack on x64. On a processor that renames memory that is free (1 to 2 % faster than this, on a Xeon
        // with AVX-512); elsewhere it puts a store and a load on the path to the group.
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.MultiplyNoFlags(b, a) ^ (a * b);
        }

        if (ArmBase.Arm64.IsSupported)
        {
            return ArmBase.Arm64.MultiplyHigh(a, b) ^ (a * b);
        }

        return Math.BigMul(a, b, out var low) ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Absorb(ulong state, ulong a, ulong b, HashSeed seed) =>
        Fold(a ^ state ^ seed.Key0, seed.Key1) ^ BitOperations.RotateRight(Fold(b ^ seed.Key1, seed.Key0), 32);

    // The last 0 to 16 bytes as two words. The words may overlap: the length in the state tells the cases apart.
    private static (ulong A, ulong B) ReadTail(ReadOnlySpan<byte> tail)
    {
        if (tail.Length >= sizeof(ulong))
        {
            return (BinaryPrimitives.ReadUInt64LittleEndian(tail), BinaryPrimitives.ReadUInt64LittleEndian(tail[^sizeof(ulong)..]));
        }

        if (tail.Length >= sizeof(uint))
        {
            return (BinaryPrimitives.ReadUInt32LittleEndian(tail), BinaryPrimitives.ReadUInt32LittleEndian(tail[^sizeof(uint)..]));
        }

        ulong word = 0;
        foreach (var value in tail)
        {
            word = (word << 8) | value;
        }

        return (word, 0);
    }
}

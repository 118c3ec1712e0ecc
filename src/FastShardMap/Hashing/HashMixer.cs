using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastShardMap;

/// <summary>Mixes words or bytes with a seed into hash codes whose 64 bits are all usable. Its methods are the building
/// blocks of an <see cref="IKeyHasher{TKey}"/>.</summary>
/// <remarks>
/// <para>Thread safety: every method is pure. Allocation: none.</para>
/// <para>The algorithm is the folded multiplication of wyhash (Wang Yi, 2019), which Abseil, aHash and foldhash also
/// use: it multiplies two words to 128 bits and combines both halves by exclusive or. The arrangement of the folds is
/// specific to this library. It is not a cryptographic hash: the seed protects only as long as an attacker cannot learn
/// it, for example by timing.</para>
/// </remarks>
public static class HashMixer
{
    /// <summary>Mixes one word with a seed.</summary>
    /// <param name="value">The word.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code.</returns>
    /// <remarks>
    /// There are two folds, because one is not enough for keys at regular distances. The top bits of one fold step
    /// through the groups by a constant (Fibonacci hashing), and for an unlucky pair of seed and distance this constant
    /// is close to a simple fraction. Over 60 seeds and 100 patterns of 22,937 keys, one fold overfilled groups in 6 %
    /// of the pairs (up to 97 % of the keys overflowed, where 8 % is random), made tags collide up to 70 times too
    /// often, and in some pairs placed all keys into a few of 16 shards. Over 100,000 pairs, two folds could not be
    /// distinguished from random numbers. The second fold costs 1.2 ns of a dependent lookup of 8.7 ns in cache (2.1
    /// GHz Xeon). The following cheaper finalizers were tried and rejected, because all fail in the low bits: a
    /// multiplication without fold, rotations with exclusive or, multiplication of the key by its own rotation or byte
    /// reversal.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value, HashSeed seed)
    {
        ulong multiplier = seed.Key1;
        return Fold(Fold(value ^ seed.Key0, multiplier), multiplier);
    }

    /// <summary>Mixes two words with a seed. The order of the words matters.</summary>
    /// <param name="a">The first word.</param>
    /// <param name="b">The second word.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code.</returns>
    /// <remarks>
    /// Each word has a multiplication of its own by a constant that is never zero, so no value of one word can cancel
    /// the other, as it could if the words were multiplied by each other. Both multiplications run in parallel: the
    /// result is ready two cycles later than that of one word. The rotation separates bits at the same position of both
    /// folds: with a plain sum, a few grids of points filled 16 shards unevenly (1 of 29,200 pairs of seed and pattern,
    /// and another one in HashDistributionTests).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong a, ulong b, HashSeed seed)
    {
        return Fold(Absorb(0, a, b, seed), seed.Key1);
    }

    /// <summary>Mixes any number of bytes with a seed.</summary>
    /// <param name="bytes">The bytes. Their number matters too, so trailing zeros make a difference.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The hash code, which does not depend on the byte order of the machine.</returns>
    /// <remarks>Do not pass the raw bytes of a struct that has padding or floating-point fields: equal keys may differ
    /// in their bytes.</remarks>
    public static ulong Mix(ReadOnlySpan<byte> bytes, HashSeed seed)
    {
        ulong multiplier = seed.Key1;

        // The length is multiplied; otherwise it would cancel against the first word, and one byte of value 1 would
        // look like no byte at all.
        ulong state = (ulong)bytes.Length * multiplier;

        // Each round is Mix(a, b) without its last fold; the first fold of the next round, or the end, takes its place.
        while (bytes.Length > 2 * sizeof(ulong))
        {
            state = Absorb(
                state,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]),
                seed);
            bytes = bytes[(2 * sizeof(ulong))..];
        }

        (ulong a, ulong b) = ReadTail(bytes);
        return Fold(Absorb(state, a, b, seed), multiplier);
    }

    /// <summary>Returns the 128-bit product of two words, with its halves combined by exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fold(ulong a, ulong b)
    {
        // The two multiplications run in parallel. Math.BigMul has only one, but .NET 10 passes the low half of its
        // result through the stack on x64. On processors that rename memory this is free (1 to 2 % faster than this
        // code, on a Xeon with AVX-512); on others it puts a store and a load on the path to the group.
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.MultiplyNoFlags(b, a) ^ (a * b);
        }

        if (ArmBase.Arm64.IsSupported)
        {
            return ArmBase.Arm64.MultiplyHigh(a, b) ^ (a * b);
        }

        return Math.BigMul(a, b, out ulong low) ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Absorb(ulong state, ulong a, ulong b, HashSeed seed) =>
        Fold(a ^ state ^ seed.Key0, seed.Key1) ^ BitOperations.RotateRight(Fold(b ^ seed.Key1, seed.Key0), 32);

    // Returns the last 0 to 16 bytes as two words. The words may overlap, because the length in the state distinguishes
    // the cases.
    private static (ulong A, ulong B) ReadTail(ReadOnlySpan<byte> tail)
    {
        if (tail.Length >= sizeof(ulong))
        {
            return (
                BinaryPrimitives.ReadUInt64LittleEndian(tail),
                BinaryPrimitives.ReadUInt64LittleEndian(tail[^sizeof(ulong)..]));
        }

        if (tail.Length >= sizeof(uint))
        {
            return (
                BinaryPrimitives.ReadUInt32LittleEndian(tail),
                BinaryPrimitives.ReadUInt32LittleEndian(tail[^sizeof(uint)..]));
        }

        ulong word = 0;
        foreach (byte value in tail)
        {
            word = (word << 8) | value;
        }

        return (word, 0);
    }
}

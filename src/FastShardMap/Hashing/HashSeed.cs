using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastShardMap;

/// <summary>The 128 random bits that make one map's hash codes differ from those of every other map.</summary>
/// <remarks>
/// <para>Each map draws its own seed from the operating system's random number generator, so keys that collide in one
/// map are unlikely to collide in another. The seed never changes during the lifetime of a map.</para>
/// <para>Thread safety: immutable. Allocation: none.</para>
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct HashSeed
{
    // A multiplier with very few or very many one bits adds only a few shifted copies of the key, so seeds are drawn
    // from the middle of the binomial distribution: 95 % of random words are in this range.
    private const int LeastOneBits = 24;
    private const int MostOneBits = 40;

    /// <summary>Creates a seed from two words, for tests of a hasher and for reproducible runs.</summary>
    /// <param name="key0">The first word; its lowest bit is set in <see cref="Key0"/>.</param>
    /// <param name="key1">The second word; its lowest bit is set in <see cref="Key1"/>.</param>
    /// <remarks>The quality of the hash codes requires that both words are random. Maps do not use this
    /// constructor.</remarks>
    public HashSeed(ulong key0, ulong key1)
    {
        Key0 = key0 | 1;
        Key1 = key1 | 1;
    }

    /// <summary>The first word. It is always odd, so multiplying by it loses no bits; it is zero only in
    /// <c>default(HashSeed)</c>, which is not a usable seed.</summary>
    public ulong Key0 { get; }

    /// <summary>The second word. It is always odd, so multiplying by it loses no bits; it is zero only in
    /// <c>default(HashSeed)</c>, which is not a usable seed.</summary>
    public ulong Key1 { get; }

    /// <summary>Draws a seed from the operating system's random number generator.</summary>
    internal static HashSeed Create() => new(CreateMultiplier(), CreateMultiplier());

    private static ulong CreateMultiplier()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            ulong multiplier = MemoryMarshal.Read<ulong>(bytes) | 1;
            if (BitOperations.PopCount(multiplier) is >= LeastOneBits and <= MostOneBits)
            {
                return multiplier;
            }
        }
    }
}

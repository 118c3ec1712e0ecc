using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;

namespace FastShardMap.Hashing;

/// <summary>The hash of keys of one or two words: multiplications, and a CRC-32C between them.</summary>
/// <remarks>
/// <para>Five instructions where <see cref="HashMixer.Mix(ulong, HashSeed)"/> needs eleven, and none of them has a
/// fixed register: the second half of a 128-bit product wants rdx on x64, where the caller's <c>out</c> parameter
/// lies.</para>
/// <para>The first multiplication is by a secret odd word. Without it, the CRC would be a public linear function of the
/// key, and keys that all go to one shard could be computed without the seed; <c>id | crc32c(id) &lt;&lt; 32</c> does
/// it by accident. The shard's bits come from the CRC alone and are known four cycles before the others.</para>
/// <para>A sum and not an exclusive or, because the CRC's polynomial has the factor x + 1: <c>check ^ product</c> would
/// give each hash code to two keys.</para>
/// <para>Bits 24 to 63 (the home group) and 17 to 23 (the tag) come from the last product, bits 5 to 16 (the shard)
/// from the CRC; see <see cref="HashBits"/>.</para>
/// </remarks>
internal static class WordHash
{
    /// <summary>The whole hash code of a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static ulong Mix(ulong word, HashSeed seed)
    {
        ulong hash = Mix(word, seed, out ulong shardBits);
        return Join(hash, shardBits);
    }

    /// <summary>The hash code in two parts. The first is known sooner, so that the load of the shard's view can start
    /// while the second is computed.</summary>
    /// <param name="word">The word.</param>
    /// <param name="seed">The seed of the map.</param>
    /// <param name="shardBits">Receives the hash code of which the bits of the shard count, and no others.</param>
    /// <returns>The hash code of which all bits count but those of the shard.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, dep-1k
    public static ulong Mix(ulong word, HashSeed seed, out ulong shardBits)
    {
        ulong product = word * seed.Key1;
        ulong check = CyclicCheck((uint)seed.Key0, product);
        shardBits = check;
        return (check + product) * seed.Key0;
    }

    /// <summary>The whole hash code of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static ulong Mix(ulong low, ulong high, HashSeed seed)
    {
        ulong hash = Mix(low, high, seed, out ulong shardBits);
        return Join(hash, shardBits);
    }

    /// <summary>The hash code of two words in two parts, as that of one word. The rotation keeps bits of the same
    /// position in both products apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k-guid-32, dep-1k-guid-32
    public static ulong Mix(ulong low, ulong high, HashSeed seed, out ulong shardBits)
    {
        ulong lowProduct = low * seed.Key1;
        ulong highProduct = high * seed.Key0;
        ulong check = CyclicCheck((uint)CyclicCheck((uint)seed.Key0, lowProduct), highProduct);
        shardBits = check;
        return (check + (lowProduct ^ BitOperations.RotateRight(highProduct, 32))) * seed.Key1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private static ulong Join(ulong hash, ulong shardBits) =>
        (hash & ~HashBits.ShardBits) | (shardBits & HashBits.ShardBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static ulong CyclicCheck(uint start, ulong word)
    {
        if (Sse42.X64.IsSupported)
        {
            return Sse42.X64.Crc32(start, word);
        }

        return Crc32.Arm64.IsSupported ? Crc32.Arm64.ComputeCrc32C(start, word) : BitOperations.Crc32C(start, word);
    }
}

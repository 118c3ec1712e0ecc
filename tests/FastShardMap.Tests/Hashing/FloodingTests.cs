using System.Numerics;
using FastShardMap.Hashing;
using FastShardMap.Layout;

namespace FastShardMap.Tests.Hashing;

/// <summary>Sets of keys that are chosen with knowledge of the hash but not of the seed (hazard H11: flooding) must not
/// fill one of 16 shards to more than twice its share. Against a CRC of the bare key each of these sets
/// succeeds.</summary>
public sealed class FloodingTests
{
    private const int Keys = 1 << 12;
    private const int Seeds = 50;
    private const double Limit = 2;

    private delegate ulong Hash(ulong key, HashSeed seed);

    public static TheoryData<string> Sets => ["kernel", "id and its crc", "grown basis"];

    [Theory]
    [MemberData(nameof(Sets))]
    public void WordHash_ChosenKeys_SpreadOverShards(string set) =>
        Assert.InRange(WorstShare(KeysOf(set, WordHash.Mix), WordHash.Mix), 1, Limit);

    [Theory]
    [MemberData(nameof(Sets))]
    public void FloodResistantHasher_ChosenKeys_SpreadOverShards(string set)
    {
        static ulong Resistant(ulong key, HashSeed seed) => default(FloodResistantHasher<ulong>).Hash(key, seed);
        Assert.InRange(WorstShare(KeysOf(set, Resistant), Resistant), 1, Limit);
    }

    /// <summary>The proof that the sets are what they are meant to be.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void CrcOfTheKey_ChosenKeys_GoToOneShard(string set) =>
        Assert.InRange(WorstShare(KeysOf(set, CrcOfTheKey), CrcOfTheKey), 15, 16);

    private static ulong CrcOfTheKey(ulong key, HashSeed seed) => (ulong)Crc(key, (uint)seed.Key0);

    private static uint Crc(ulong key, uint start = 0) => BitOperations.Crc32C(start, key);

    private static double WorstShare(ulong[] keys, Hash hash)
    {
        Random random = new(21);
        return Enumerable.Range(0, Seeds).Max(_ => Share(keys, hash, NextSeed(random)));
    }

    private static double Share(ulong[] keys, Hash hash, HashSeed seed) =>
        FullestShard.ShareOf([.. keys.Select(key => hash(key, seed) >> HashBits.ShardShift)]);

    private static ulong[] KeysOf(string set, Hash hash) => set switch
    {
        "kernel" => Span(Kernel()),
        "id and its crc" =>
        [
            .. Enumerable.Range(1, Keys).Select(id => (uint)id | ((ulong)CrcMatching((uint)id) << 32)),
        ],
        _ => Span(Grown(hash)),
    };

    /// <summary>All sums of some words.</summary>
    private static ulong[] Span(ulong[] basis)
    {
        ulong[] keys = new ulong[1 << basis.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            for (int bit = 0; bit < basis.Length; bit++)
            {
                keys[i] ^= ((i >> bit) & 1) == 1 ? basis[bit] : 0;
            }
        }

        return keys;
    }

    /// <summary>Words whose CRC has no bit of the shard: the CRC is linear, so neither has any sum of them.</summary>
    private static ulong[] Kernel()
    {
        List<ulong> kernel = [];
        List<(ulong Word, uint Bits)> pivots = [];
        for (int bit = 0; bit < 64 && kernel.Count < 12; bit++)
        {
            ulong word = 1UL << bit;
            uint bits = ShardBitsOf(word);
            foreach ((ulong pivot, uint pivotBits) in pivots)
            {
                if ((bits & (uint)-(int)pivotBits & pivotBits) != 0)
                {
                    word ^= pivot;
                    bits ^= pivotBits;
                }
            }

            if (bits == 0)
            {
                kernel.Add(word);
            }
            else
            {
                pivots.Add((word, bits));
            }
        }

        return [.. kernel];
    }

    private static uint ShardBitsOf(ulong word) => (Crc(word) >> HashBits.ShardShift) & 15;

    /// <summary>The upper half that makes the shard's bits of the CRC of the whole those of zero.</summary>
    private static uint CrcMatching(uint id)
    {
        for (uint upper = 0; ; upper++)
        {
            if (ShardBitsOf(id | ((ulong)upper << 32)) == 0)
            {
                return upper;
            }
        }
    }

    /// <summary>A basis that is grown word by word: of many candidates the one whose sums with the words so far fill
    /// one shard most, over a few seeds.</summary>
    private static ulong[] Grown(Hash hash)
    {
        Random random = new(22);
        HashSeed[] seeds = [.. Enumerable.Range(0, 3).Select(_ => NextSeed(random))];
        List<ulong> basis = [];
        while (basis.Count < 12)
        {
            IEnumerable<ulong> candidates = Enumerable.Range(0, 100).Select(_ => NextWord(random)).ToArray();
            basis.Add(candidates.MaxBy(word => seeds.Sum(seed => Share(Span([.. basis, word]), hash, seed))));
        }

        return [.. basis];
    }

    private static HashSeed NextSeed(Random random) => new(NextWord(random), NextWord(random));

    private static ulong NextWord(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}

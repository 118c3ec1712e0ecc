using System.Numerics;
using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Hashing;

/// <summary>
/// Keys of many regular patterns, under many fixed seeds, must spread over shards, groups and tags as random numbers do
/// (hazard H11: clustering). The limits lie well above what random numbers reach, and well below what one fold reaches.
/// </summary>
public sealed class HashDistributionTests
{
    private const int Seeds = 12;

    private delegate ulong Hash(ulong a, ulong b, HashSeed seed);

    [Fact]
    public void Mix_OneWordPatterns_SpreadsAsRandomNumbers() =>
        AssertSpreads(OneWordPatterns(), static (a, _, seed) => HashMixer.Mix(a, seed));

    [Fact]
    public void Mix_TwoWordPatterns_SpreadsAsRandomNumbers() =>
        AssertSpreads(TwoWordPatterns(), HashMixer.Mix, seeds: 4);

    [Fact]
    public void MixBytes_TwoWordPatterns_SpreadsAsRandomNumbers() =>
        AssertSpreads(TwoWordPatterns(), static (a, b, seed) =>
        {
            Span<ulong> words = [a, b];
            return HashMixer.Mix(MemoryMarshal.AsBytes(words), seed);
        }, seeds: 4);

    [Fact]
    public void MixBytes_FiveWordsOfWhichOneCounts_SpreadsAsRandomNumbers()
    {
        for (int position = 0; position < 5; position++)
        {
            int wordIndex = position;
            AssertSpreads(OneWordPatterns(), (a, _, seed) =>
            {
                Span<ulong> words = [1, 2, 3, 4, 5];
                words[wordIndex] = a;
                return HashMixer.Mix(MemoryMarshal.AsBytes(words), seed);
            }, seeds: 2);
        }
    }

    // The claim in the remarks of HashMixer.Mix, and the proof that these tests can fail.
    [Fact]
    public void Fold_Once_DoesNotSpreadAsRandomNumbers()
    {
        HashSpread worst = Worst(
            OneWordPatterns(), static (a, _, seed) => HashMixer.Fold(a ^ seed.Key0, seed.Key1), Seeds);
        Assert.True(worst.Overflow.Value > 0.3, $"{worst}");
        Assert.True(worst.TagCollisions.Value > 3, $"{worst}");
        Assert.True(worst.ShardImbalance.Value > 100, $"{worst}");
    }

    [Fact]
    public void Mix_OneInputBitFlipped_FlipsEveryOutputBitHalfTheTime()
    {
        AssertAvalanche(64, static (a, _, seed) => HashMixer.Mix(a, seed));
        AssertAvalanche(128, HashMixer.Mix);
    }

    private static void AssertAvalanche(int inputBits, Hash hash)
    {
        const int Samples = 2000;
        const double FiveSigma = 5 * 0.5;
        Random random = new(11);
        int[] flips = new int[64];
        for (int bit = 0; bit < inputBits; bit++)
        {
            Array.Clear(flips);
            for (int i = 0; i < Samples; i++)
            {
                HashSeed seed = NextSeed(random);
                (ulong a, ulong b) = (NextWord(random), NextWord(random));
                (ulong flippedA, ulong flippedB) = bit < 64 ? (a ^ (1UL << bit), b) : (a, b ^ (1UL << (bit - 64)));
                for (ulong changed = hash(a, b, seed) ^ hash(
                    flippedA, flippedB, seed); changed != 0; changed &= changed - 1)
                {
                    flips[BitOperations.TrailingZeroCount(changed)]++;
                }
            }

            for (int output = 0; output < 64; output++)
            {
                double deviation = Math.Abs(flips[output] - (Samples / 2)) / Math.Sqrt(Samples);
                Assert.True(
                    deviation < FiveSigma,
                    $"input bit {bit} flips output bit {output} in {flips[output]} of {Samples} cases");
            }
        }
    }

    private static void AssertSpreads(IEnumerable<KeyPattern> patterns, Hash hash, int seeds = Seeds)
    {
        HashSpread worst = Worst(patterns, hash, seeds);

        // Random numbers: 0.076 on average, at most 0.084 in 100,000 trials; 1 and 1.21; 15 and 51; 255 and 400.
        Assert.True(worst.Overflow.Value < 0.09, $"{worst}");
        Assert.True(worst.TagCollisions.Value < 1.3, $"{worst}");
        Assert.True(worst.ShardImbalance.Value < 65, $"{worst}");
        Assert.True(worst.GroupImbalance.Value < 430, $"{worst}");
    }

    private static HashSpread Worst(IEnumerable<KeyPattern> patterns, Hash hash, int seeds)
    {
        Random random = new(12);
        HashSeed[] someSeeds = Enumerable.Range(0, seeds).Select(_ => NextSeed(random)).ToArray();
        ulong[] hashes = new ulong[HashSpread.Keys];
        HashSpread worst = default(HashSpread);
        foreach (KeyPattern pattern in patterns)
        {
            foreach (HashSeed seed in someSeeds)
            {
                for (int i = 0; i < hashes.Length; i++)
                {
                    (ulong a, ulong b) = pattern.KeyAt((ulong)i);
                    hashes[i] = hash(a, b, seed);
                }

                worst = HashSpread.Worse(worst, HashSpread.Of(hashes, pattern.Name));
            }
        }

        return worst;
    }

    private static IEnumerable<KeyPattern> OneWordPatterns()
    {
        for (int shift = 0; shift < 50; shift++)
        {
            ulong distance = 1UL << shift;
            yield return new($"every 2^{shift}", i => (i * distance, 0));
        }

        foreach (ulong distance in (ulong[])
        [
            3, 5, 7, 10, 24, 40, 48, 96, 100, 152, 1000, 1001, 10_000, 65_537, 86_400, 1_000_000, 10_000_000,
            600_000_000, 36_000_000_000, 864_000_000_000,
        ])
        {
            yield return new($"every {distance}", i => (i * distance, 0));
        }

        foreach (int shift in (int[])[8, 16, 20, 24, 28, 32, 36, 40, 48])
        {
            yield return new($"grid {shift}", i => (((i / 151) << shift) | (i % 151), 0));
        }

        yield return new("doubles", i => (BitConverter.DoubleToUInt64Bits(i), 0));
        yield return new("doubles of tenths", i => (BitConverter.DoubleToUInt64Bits(i / 10.0), 0));
        yield return new("floats", i => (BitConverter.SingleToUInt32Bits(i), 0));
        yield return new("bits reversed", i => (Reverse(i), 0));
        yield return new("complements", i => (~i, 0));
        yield return new("both ends", i => (i ^ Reverse(i), 0));
        yield return new("few bits", i => (FewBits(i), 0));
    }

    private static IEnumerable<KeyPattern> TwoWordPatterns()
    {
        foreach (KeyPattern pattern in OneWordPatterns())
        {
            yield return new($"low word {pattern.Name}", i => (pattern.KeyAt(i).A, 0));
            yield return new($"high word {pattern.Name}", i => (0, pattern.KeyAt(i).A));
            yield return new($"both words {pattern.Name}", i => (pattern.KeyAt(i).A, pattern.KeyAt(i).A));
        }

        foreach (int shift in (int[])[0, 8, 16, 24, 32, 40, 48])
        {
            yield return new($"grid of words {shift}", i => ((i / 151) << shift, (i % 151) << shift));
            yield return new($"grid of words {shift}, other", i => (i % 151, (i / 151) << shift));
        }

        yield return new(
            "grid of doubles",
            i => (BitConverter.DoubleToUInt64Bits(i / 151), BitConverter.DoubleToUInt64Bits(i % 151)));
    }

    private static ulong Reverse(ulong value)
    {
        ulong reversed = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            reversed |= ((value >> bit) & 1) << (63 - bit);
        }

        return reversed;
    }

    // The i-th number with three bits set: 41,664 of them.
    private static ulong FewBits(ulong i)
    {
        int a = 2;
        ulong before = 0;
        for (ulong next = (ulong)(a * (a - 1) / 2); before + next <= i; next = (ulong)(a * (a - 1) / 2))
        {
            before += next;
            a++;
        }

        int rest = (int)(i - before);
        int b = 1;
        while (rest >= b)
        {
            rest -= b;
            b++;
        }

        return (1UL << a) | (1UL << b) | (1UL << rest);
    }

    private static HashSeed NextSeed(Random random)
    {
        return new(NextMultiplier(random), NextMultiplier(random));

        static ulong NextMultiplier(Random random)
        {
            ulong word;
            do
            {
                word = NextWord(random) | 1;
            }
            while (BitOperations.PopCount(word) is < 24 or > 40);
            return word;
        }
    }

    private static ulong NextWord(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}

namespace FastShardMap.Tests.Hashing;

public sealed class HashMixerTests
{
    private static readonly HashSeed Seed = new(0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89);

    [Fact]
    public void Fold_RandomWords_IsTheExclusiveOrOfTheProductsHalves()
    {
        Random random = new(5);
        for (int i = 0; i < 10_000; i++)
        {
            ulong a = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            ulong b = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            UInt128 product = (UInt128)a * b;
            Assert.Equal((ulong)product ^ (ulong)(product >> 64), HashMixer.Fold(a, b));
        }

        Assert.Equal(1UL ^ (ulong.MaxValue - 1), HashMixer.Fold(ulong.MaxValue, ulong.MaxValue));
    }

    [Fact]
    public void Mix_FixedSeed_GivesTheSameCodesOnEveryProcessor()
    {
        // A change of the algorithm shows here; so does an instruction set that computes something else.
        Assert.Equal(Reference(Reference(42 ^ Seed.Key0)), HashMixer.Mix(42, Seed));
        static ulong Reference(ulong word)
        {
            UInt128 product = (UInt128)word * Seed.Key1;
            return (ulong)product ^ (ulong)(product >> 64);
        }
    }

    [Fact]
    public void Mix_OneWordMakesItsFactorZero_TheOtherWordStillCounts()
    {
        IEnumerable<ulong> zeroingA = Enumerable.Range(0, 1000).Select(b => HashMixer.Mix(Seed.Key0, (ulong)b, Seed));
        IEnumerable<ulong> zeroingB = Enumerable.Range(0, 1000).Select(a => HashMixer.Mix((ulong)a, Seed.Key1, Seed));
        Assert.Equal(1000, zeroingA.Distinct().Count());
        Assert.Equal(1000, zeroingB.Distinct().Count());
    }

    [Fact]
    public void Mix_WordsSwapped_GivesOtherCodes()
    {
        for (ulong a = 0; a < 100; a++)
        {
            for (ulong b = 0; b < a; b++)
            {
                Assert.NotEqual(HashMixer.Mix(a, b, Seed), HashMixer.Mix(b, a, Seed));
            }
        }
    }

    [Fact]
    public void MixBytes_EveryLengthAndEveryByteChanged_GivesOtherCodes()
    {
        HashSet<ulong> seen = new();
        byte[] bytes = new byte[100];
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.True(seen.Add(HashMixer.Mix(bytes.AsSpan(0, length), Seed)));
            for (int i = 0; i < length; i++)
            {
                foreach (byte value in (ReadOnlySpan<byte>)[1, 2, 0x80, 0xFF])
                {
                    bytes[i] = value;
                    Assert.True(
                        seen.Add(HashMixer.Mix(bytes.AsSpan(0, length), Seed)),
                        $"length {length}, byte {i}, value {value}");
                }

                bytes[i] = 0;
            }
        }
    }

    [Fact]
    public void MixBytes_AnyAlignment_GivesTheSameCode()
    {
        byte[] bytes = new byte[64];
        new Random(6).NextBytes(bytes);
        ulong expected = HashMixer.Mix(bytes.AsSpan(0, 41), Seed);
        for (int offset = 1; offset < 8; offset++)
        {
            byte[] copy = new byte[64];
            bytes.AsSpan(0, 41).CopyTo(copy.AsSpan(offset));
            Assert.Equal(expected, HashMixer.Mix(copy.AsSpan(offset, 41), Seed));
        }
    }
}

using System.Numerics;

namespace FastShardMap.Tests.Hashing;

public sealed class HashSeedTests
{
    [Fact]
    public void Create_ManyTimes_GivesOddWordsOfMiddlingPopulationCountThatDiffer()
    {
        HashSet<ulong> words = new();
        for (int i = 0; i < 1000; i++)
        {
            HashSeed seed = HashSeed.Create();
            foreach (ulong word in (ReadOnlySpan<ulong>)[seed.Key0, seed.Key1])
            {
                Assert.Equal(1UL, word & 1);
                Assert.InRange(BitOperations.PopCount(word), 24, 40);
                Assert.True(words.Add(word));
            }
        }
    }

    [Fact]
    public void Constructor_EvenWords_MakesThemOdd()
    {
        HashSeed seed = new(2, 4);
        Assert.Equal((3UL, 5UL), (seed.Key0, seed.Key1));
    }
}

using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Tests.Keys;

public class ZipfGeneratorTests
{
    [Theory]
    [InlineData(10, 0.99)]
    [InlineData(1000, 0.99)]
    [InlineData(1000, 1.0)]
    [InlineData(1000, 0.5)]
    [InlineData(50, 2.0)]
    [InlineData(1, 0.99)]
    [InlineData(2, 0.99)]
    public void NextRank_ManyDraws_FollowTheDistribution(int ranks, double theta)
    {
        const int Draws = 400_000;
        ZipfGenerator zipf = new(ranks, theta, seed: 12345);
        long[] seen = new long[ranks + 1];
        for (int i = 0; i < Draws; i++)
        {
            seen[zipf.NextRank()]++;
        }

        double norm = 0;
        for (int rank = 1; rank <= ranks; rank++)
        {
            norm += Math.Pow(rank, -theta);
        }

        // Pearson's statistic over the ranks; its mean is the number of degrees of freedom k and its deviation √2k.
        double statistic = 0;
        for (int rank = 1; rank <= ranks; rank++)
        {
            double expected = Draws * Math.Pow(rank, -theta) / norm;
            statistic += (seen[rank] - expected) * (seen[rank] - expected) / expected;
        }

        int freedom = ranks - 1;
        double limit = freedom + (5 * Math.Sqrt(2.0 * Math.Max(freedom, 1)));
        Assert.True(statistic <= limit, $"chi² {statistic:F1} for {freedom} degrees of freedom");
    }

    [Fact]
    public void NextRank_HugeSet_StaysInRangeAndIsSkewed()
    {
        const long Ranks = 1_000_000_000_000;
        ZipfGenerator zipf = new(Ranks, 0.99, seed: 1);
        int first = 0;
        for (int i = 0; i < 100_000; i++)
        {
            long rank = zipf.NextRank();
            Assert.InRange(rank, 1, Ranks);
            first += rank == 1 ? 1 : 0;
        }

        // The sum over all ranks of r^−0.99 is about 32.4 here, so the first takes about 3.1 %.
        Assert.InRange(first, 2700, 3500);
    }

    [Fact]
    public void NextRank_SameSeed_SameRanks()
    {
        ZipfGenerator one = new(1000, 0.99, seed: 3);
        ZipfGenerator other = new(1000, 0.99, seed: 3);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(one.NextRank(), other.NextRank());
        }
    }

    [Theory]
    [InlineData(0, 0.99)]
    [InlineData(10, 0.0)]
    [InlineData(10, -1.0)]
    public void Constructor_ImpossibleParameters_Throws(int ranks, double theta) =>
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => new ZipfGenerator(ranks, theta, seed: 1));
}

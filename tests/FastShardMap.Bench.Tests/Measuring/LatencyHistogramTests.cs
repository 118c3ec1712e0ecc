using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Tests.Measuring;

public class LatencyHistogramTests
{
    [Fact]
    public void BucketOf_EveryPowerOfTwoAndNeighbours_EdgeHoldsValueWithinOnePercent()
    {
        for (int bit = 0; bit < 63; bit++)
        {
            for (long offset = -1; offset <= 1; offset++)
            {
                long value = Math.Max((1L << bit) + offset, 0);
                long edge = LatencyHistogram.UpperEdge(LatencyHistogram.BucketOf(value));
                Assert.InRange(edge, value, value + (value / 100));
            }
        }
    }

    [Fact]
    public void BucketOf_LargestValue_IsTheLastBucket()
    {
        LatencyHistogram histogram = new();
        histogram.Record(long.MaxValue);
        Assert.Equal(long.MaxValue, histogram.MaxTicks);
        Assert.Equal(long.MaxValue, histogram.PercentileTicks(1.0));
    }

    [Fact]
    public void UpperEdge_ConsecutiveBuckets_LeaveNoGap()
    {
        long last = -1;
        for (int bucket = 0; bucket < 5000; bucket++)
        {
            long edge = LatencyHistogram.UpperEdge(bucket);
            Assert.Equal(bucket, LatencyHistogram.BucketOf(last + 1));
            Assert.Equal(bucket, LatencyHistogram.BucketOf(edge));
            last = edge;
        }
    }

    [Fact]
    public void PercentileTicks_OneToTenThousand_IsNearestRankWithinOnePercent()
    {
        LatencyHistogram histogram = new();
        for (int value = 1; value <= 10_000; value++)
        {
            histogram.Record(value);
        }

        foreach (double fraction in (double[])[0.0001, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0])
        {
            double exact = Math.Round(fraction * 10_000);
            Assert.InRange(histogram.PercentileTicks(fraction), exact, exact * 1.01);
        }

        Assert.Equal(10_000, histogram.MaxTicks);
        Assert.Equal(1, histogram.MinTicks);
        Assert.Equal(5000.5, histogram.MeanTicks, 9);
    }

    [Fact]
    public void PercentileTicks_OneOutlierInTenThousand_ShowsOnlyBeyondItsRank()
    {
        LatencyHistogram histogram = new();
        for (int i = 0; i < 9_999; i++)
        {
            histogram.Record(100);
        }

        histogram.Record(1_000_000);
        Assert.Equal(100, histogram.PercentileTicks(0.9999));
        Assert.Equal(1_000_000, histogram.PercentileTicks(0.99991));
    }

    [Fact]
    public void PercentileTicks_Empty_IsZero()
    {
        LatencyHistogram histogram = new();
        Assert.Equal(0, histogram.PercentileTicks(0.99));
        Assert.Equal(0, histogram.MinTicks);
        Assert.Equal(0, histogram.MaxTicks);
        Assert.Equal(0, histogram.MeanTicks);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void PercentileTicks_OutsideZeroToOne_Throws(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyHistogram().PercentileTicks(fraction));

    [Fact]
    public void Record_ClockSteppedBack_CountsAsZero()
    {
        LatencyHistogram histogram = new();
        histogram.Record(-5);
        Assert.Equal(1, histogram.Count);
        Assert.Equal(0, histogram.MaxTicks);
    }

    [Fact]
    public void Add_HistogramsOfSeveralThreads_EqualsOneHistogramOfAll()
    {
        SplitMix random = new(7);
        LatencyHistogram all = new();
        LatencyHistogram merged = new();
        for (int part = 0; part < 4; part++)
        {
            LatencyHistogram own = new();
            for (int i = 0; i < 10_000; i++)
            {
                long value = (long)(random.Next() >> (int)random.Below(60) >> 1);
                own.Record(value & 0xFFFFFFFFFF);
                all.Record(value & 0xFFFFFFFFFF);
            }

            merged.Add(own);
        }

        Assert.Equal(all.Count, merged.Count);
        Assert.Equal(all.MaxTicks, merged.MaxTicks);
        Assert.Equal(all.MinTicks, merged.MinTicks);
        Assert.Equal(all.MeanTicks, merged.MeanTicks);
        Assert.Equal(all.Buckets(), merged.Buckets());
    }

    [Fact]
    public void Clear_AfterRecording_IsAsNew()
    {
        LatencyHistogram histogram = new();
        histogram.Record(42);
        histogram.Clear();
        histogram.Record(7);
        Assert.Equal([(7L, 1L)], histogram.Buckets());
        Assert.Equal(7, histogram.MinTicks);
    }
}

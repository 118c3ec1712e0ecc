using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Tests.Measuring;

public class ParallelRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Run_AnyThreadCount_RunsEachIndexOnce(int threads)
    {
        int[] runs = new int[threads];
        ParallelRun.Run(threads, index => Interlocked.Increment(ref runs[index]));
        Assert.All(runs, run => Assert.Equal(1, run));
    }

    [Fact]
    public void Run_BodyThrows_ThrowsToTheCaller() =>
        Assert.Throws<InvalidOperationException>(() => ParallelRun.Run(3, index =>
        {
            if (index == 1)
            {
                throw new InvalidOperationException("from a worker");
            }
        }));

    [Fact]
    public void Run_BodySleeps_TimeCoversIt()
    {
        TimeSpan elapsed = ParallelRun.Run(2, _ => Thread.Sleep(50));
        Assert.True(elapsed >= TimeSpan.FromMilliseconds(45), $"{elapsed}");
    }

    [Fact]
    public void JitterMeter_ShortRun_CountsGapsThatAddUpToItsDuration()
    {
        TimeSpan duration = TimeSpan.FromMilliseconds(30);
        LatencyHistogram gaps = JitterMeter.Measure(duration);
        double totalNanoseconds = LatencyHistogram.ToNanoseconds(gaps.MeanTicks) * gaps.Count;
        Assert.True(totalNanoseconds >= duration.TotalNanoseconds * 0.999);
        Assert.True(gaps.MaxTicks > 0);
    }
}

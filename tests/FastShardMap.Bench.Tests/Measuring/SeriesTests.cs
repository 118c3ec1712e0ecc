using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Tests.Measuring;

public class SeriesTests
{
    [Fact]
    public void Interleave_TwoSeries_TakeTurnsInGoingFirst()
    {
        List<string> order = new();
        Series one = Fixed("a", order, 1000);
        Series other = Fixed("b", order, 2000);
        Series.Interleave(repetitions: 2, discarded: 1, [one, other]);
        Assert.Equal(["a0", "b0", "b1", "a1", "a2", "b2"], order);
        Assert.Equal(2, one.NanosecondsPerOperation.Count);
        Assert.Equal(0.5, one.RatioTo(other).Median);
    }

    [Fact]
    public void Interleave_SelfTimed_DividesByOperations()
    {
        Series series = Fixed("a", [], nanoseconds: 1000, operations: 10);
        Series.Interleave(repetitions: 3, discarded: 0, [series]);
        Assert.Equal(100, series.Spread.Median);
    }

    [Fact]
    public void Interleave_SameWorkOtherAnswer_Throws()
    {
        Series one = Series.OneThread("sum", 1, _ => 1);
        Series other = Series.OneThread("sum", 1, _ => 2);
        Series unrelated = Series.OneThread("product", 1, _ => 3);
        Series.Interleave(repetitions: 1, discarded: 0, [one, unrelated]);
        Assert.Throws<AnswersDifferException>(() => Series.Interleave(repetitions: 1, discarded: 0, [one, other]));
    }

    private static Series Fixed(string name, List<string> order, double nanoseconds, long operations = 1) =>
        Series.SelfTimed(name, operations, turn =>
        {
            order.Add($"{name}{turn}");
            return (TimeSpan.FromMicroseconds(nanoseconds / 1000), 0);
        });
}

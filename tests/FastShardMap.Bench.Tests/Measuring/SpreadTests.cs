using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Tests.Measuring;

public class SpreadTests
{
    [Fact]
    public void Of_OddCount_MedianIsTheMiddle()
    {
        Spread spread = Spread.Of([9, 1, 5, 100, 4]);
        Assert.Equal(new Spread(5, 1, 100, 4, 5), spread);
    }

    [Fact]
    public void Of_EvenCount_MedianIsTheMeanOfTheMiddleTwo() => Assert.Equal(2.5, Spread.Of([4, 1, 3, 2]).Median);

    [Fact]
    public void Of_Nothing_HasNoValue() => Assert.False(Spread.Of([]).HasValue);

    [Fact]
    public void OfRatios_DriftInBothSeries_CancelsOut()
    {
        // The machine becomes three times slower while measuring; every pair still says one half.
        Spread ratio = Spread.OfRatios([10, 20, 30], [20, 40, 60]);
        Assert.Equal(0.5, ratio.Median);
        Assert.Equal(0.5, ratio.Min);
        Assert.Equal(0.5, ratio.Max);
    }

    [Fact]
    public void OfRatios_DifferentLengths_Throws() =>
        Assert.Throws<ArgumentException>(() => Spread.OfRatios([1], [1, 2]));
}

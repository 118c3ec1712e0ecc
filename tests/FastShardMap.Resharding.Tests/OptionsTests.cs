using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

public class OptionsTests
{
    [Fact]
    public void ReshardOptions_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { MaxScannedKeysPerSecond = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { MaxKeysPerSecond = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { SlotsPerWave = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ReshardOptions { SlotsPerWave = SlotTable.SlotCount + 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { Concurrency = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { MaxVerifyRounds = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReshardOptions { CutoverHold = TimeSpan.FromDays(2) });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ReshardOptions { StepPause = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentException>(() => new ReshardOptions { CutoverPercents = [] });
        Assert.Throws<ArgumentException>(() => new ReshardOptions { CutoverPercents = [50, 50] });
        Assert.Throws<ArgumentException>(() => new ReshardOptions { CutoverPercents = [1, 101] });
    }
}

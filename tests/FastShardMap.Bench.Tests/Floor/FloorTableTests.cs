using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Tests.Floor;

public class FloorTableTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(1_000, false)]
    [InlineData(1_500, false)]
    [InlineData(100_000, true)]
    public void Loads_AllForms_ReadTheSameSlots(int pairs, bool huge)
    {
        using FloorTable floor = new(pairs, huge);
        ulong[] keys = KeyStreams.Distinct(first: 0, 10_000);
        ulong independent = floor.Independent(keys);
        Assert.NotEqual(0UL, independent);
        Assert.Equal(independent, floor.Dependent(keys, Sink.Zero));
        Assert.Equal(independent, floor.Prefetched(keys));
        Assert.Equal(floor.Independent(keys.AsSpan(0, 5)), floor.Prefetched(keys.AsSpan(0, 5)));
    }

    [Fact]
    public void HugeShare_PagesOfTheUsualSize_IsZeroWhereKnown()
    {
        using FloorTable floor = new(1_000_000, huge: false);
        Assert.True(floor.HugeShare is 0 or double.NaN, $"{floor.HugeShare}");
    }

    [Fact]
    public void Constructor_FarFromAPowerOfTwo_TakesNoMoreMemoryThanThosePairs()
    {
        using FloorTable floor = new(2_500_000, huge: false);
        Assert.InRange(floor.Bytes, 2_500_000 * 16L, (2_500_000 * 16L) + (4 << 20));
    }
}

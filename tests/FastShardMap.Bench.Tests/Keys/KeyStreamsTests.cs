using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Tests.Keys;

public class KeyStreamsTests
{
    [Fact]
    public void Distinct_NeighbouringRanges_NeverRepeatAKey()
    {
        HashSet<ulong> all = new(KeyStreams.Distinct(0, 50_000));
        Assert.Equal(50_000, all.Count);
        Assert.All(KeyStreams.Distinct(50_000, 50_000), key => Assert.True(all.Add(key)));
    }

    [Fact]
    public void Uniform_ManyDraws_ComeFromTheSetAndReachAllOfIt()
    {
        ulong[] keys = KeyStreams.Distinct(0, 100);
        ulong[] stream = KeyStreams.Uniform(keys, 10_000, seed: 1);
        Assert.Equal(keys.Order(), stream.Distinct().Order());
    }

    [Fact]
    public void HotSet_NinetyPercentToTenPercent_SharesAreMet()
    {
        ulong[] keys = KeyStreams.Distinct(0, 1000);
        HashSet<ulong> hot = new(keys.Take(100));
        ulong[] stream = KeyStreams.HotSet(keys, 100_000, hotKeys: 0.1, hotDraws: 0.9, seed: 1);
        Assert.InRange(stream.Count(hot.Contains), 89_000, 91_000);
    }

    [Fact]
    public void HotSet_SingleKey_IsDrawnAlways() =>
        Assert.All(KeyStreams.HotSet([42], 100, hotKeys: 0.1, hotDraws: 0.9, seed: 1), key => Assert.Equal(42UL, key));

    [Fact]
    public void Zipfian_FirstKey_IsTheMostFrequent()
    {
        ulong[] keys = KeyStreams.Distinct(0, 1000);
        ulong[] stream = KeyStreams.Zipfian(keys, 100_000, theta: 0.99, seed: 1);
        Assert.Equal(keys[0], stream.GroupBy(key => key).MaxBy(group => group.Count())!.Key);
    }

    [Fact]
    public void Shuffle_Sequence_IsAPermutationInAnotherOrder()
    {
        int[] items = [.. Enumerable.Range(0, 1000)];
        KeyStreams.Shuffle<int>(items, seed: 1);
        Assert.NotEqual(Enumerable.Range(0, 1000), items);
        Assert.Equal(Enumerable.Range(0, 1000), items.Order());
    }
}

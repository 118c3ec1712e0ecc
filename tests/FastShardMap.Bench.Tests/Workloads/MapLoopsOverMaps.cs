using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Tests.Workloads;

public sealed class ShardMapLoopsTests : MapLoopsTests<ShardMapAdapter<ulong, ulong>>
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    public void BatchedLookup_AnyBatch_SumsTheValuesOfTheHits(int batch)
    {
        using var map = ShardMapAdapter<ulong, ulong>.Create(default);
        CheckBatches(map, batch);
    }

    [Fact]
    public void ProbeLengths_Filled_CountEveryPair()
    {
        using ShardMapAdapter<ulong, ulong> map = Filled();
        Assert.Equal(map.Count, map.ProbeLengths().Sum());
    }

    [Fact]
    public void BytesAllocated_Filled_IsKnown()
    {
        using ShardMapAdapter<ulong, ulong> map = Filled();
        Assert.True(map.BytesAllocated >= map.Count * 16);
    }
}

public sealed class ConcurrentDictionaryLoopsTests : MapLoopsTests<ConcurrentDictionaryMap<ulong, ulong>>
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    public void BatchedLookup_AnyBatch_SumsTheValuesOfTheHits(int batch)
    {
        using var map = ConcurrentDictionaryMap<ulong, ulong>.Create(default);
        CheckBatches(map, batch);
    }
}

public sealed class DictionaryLoopsTests : MapLoopsTests<DictionaryMap<ulong, ulong>>;

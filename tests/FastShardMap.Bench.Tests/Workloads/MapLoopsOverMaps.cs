using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Tests.Workloads;

public sealed class ShardMapLoopsTests : MapLoopsTests<ShardMapAdapter<ulong, ulong>>
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    public void BatchedLookup_AnyBatch_SumsTheValuesOfTheHits(int batch)
    {
        using ShardMapAdapter<ulong, ulong> map = ShardMapAdapter<ulong, ulong>.Create(default);
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
        using ConcurrentDictionaryMap<ulong, ulong> map = ConcurrentDictionaryMap<ulong, ulong>.Create(default);
        CheckBatches(map, batch);
    }
}

public sealed class DictionaryLoopsTests : MapLoopsTests<DictionaryMap<ulong, ulong>>;

public sealed class LockedDictionaryLoopsTests
    : MapLoopsTests<GuardedDictionaryMap<LockGuard, Lock.Scope, ulong, ulong>>;

public sealed class RwLockedDictionaryLoopsTests
    : MapLoopsTests<GuardedDictionaryMap<RwLockGuard, RwLockGuard.Scope, ulong, ulong>>;

public sealed class NonBlockingLoopsTests : MapLoopsTests<NonBlockingMap<ulong, ulong>>;

public sealed class ConcurrentLruLoopsTests : MapLoopsTests<ConcurrentLruMap<ulong, ulong>>;

public sealed class FasterLoopsTests : MapLoopsTests<FasterMap<ulong, ulong>>;

public sealed class StripedDictionaryLoopsTests : MapLoopsTests<StripedDictionaryMap<ulong, ulong>>;

public sealed class ImmutableDictionaryLoopsTests : MapLoopsTests<ImmutableDictionaryMap<ulong, ulong>>;

public sealed class FrozenDictionaryLoopsTests
{
    [Fact]
    public void Lookup_Frozen_SumsTheValuesOfTheHits()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 5_000);
        using FrozenDictionaryMap<ulong, ulong> map = FrozenDictionaryMap<ulong, ulong>.CreateFilled<WordEntry>(
            keys, default);
        ulong sum = keys.Aggregate(0UL, (total, key) => total + MapLoops.ValueOf(key));
        Assert.Equal(sum, MapLoops.Lookup(map, keys));
        Assert.Equal(sum, map.Sum<WordEntry>());
    }
}

using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>Count, Capacity, IsEmpty, BytesAllocated: what a map says of itself, and what it takes.</summary>
public sealed class FootprintTests
{
    private const long SmallBytes = 64 * 1024;

    [Theory]
    [InlineData(0)] // the default
    [InlineData(1)]
    [InlineData(256)]
    public void BytesAllocated_SmallMap_StaysWithin64Kilobytes(int shards)
    {
        using Map map = new(new ShardMapOptions { ShardCount = shards });
        Assert.InRange(map.BytesAllocated, 1, SmallBytes);
        Assert.True(map.IsEmpty);
        Assert.Equal(0, map.Capacity);
        for (ulong key = 0; key < 100; key++)
        {
            map[key] = key;
        }

        Assert.Equal(100, map.Count);
        Assert.False(map.IsEmpty);
        Assert.InRange(map.Capacity, 100, long.MaxValue);
        Assert.InRange(map.BytesAllocated, 1, SmallBytes);
        Assert.InRange(map.Shards.Arena.HeldBytes, 1, SmallBytes);
    }

    [Fact]
    public void BytesAllocated_ManyReservedEntries_StaysNearTheSizeOfTheEntries()
    {
        using Map map = new(1_000_000);
        Assert.InRange(map.Capacity, 1_000_000, 1_200_000);
        Assert.InRange((double)map.BytesAllocated / 1_000_000, 16, 26);
        long before = map.BytesAllocated;
        for (ulong key = 0; key < 1_000_000; key++)
        {
            map[key] = key;
        }

        Assert.Equal(before, map.BytesAllocated);
        Assert.Equal(0, map.GetStatistics().MigrationsStarted);
    }

    [Fact]
    public void BytesAllocated_AfterRemovingAllAndTrimming_IsAsAtFirst()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 8 });
        long empty = map.BytesAllocated;
        for (ulong key = 0; key < 50_000; key++)
        {
            map[key] = key;
        }

        for (ulong key = 0; key < 50_000; key++)
        {
            Assert.True(map.TryRemove(key, out _));
        }

        map.TrimExcess();
        Assert.Equal(empty, map.BytesAllocated);
        Assert.Equal(0, map.Capacity);
        map[1] = 2;
        Assert.Equal(2UL, map[1]);
    }

    [Fact]
    public void TrimExcess_FewEntriesLeft_ShrinksToAFewTimesTheirSize()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 8 });
        for (ulong key = 0; key < 100_000; key++)
        {
            map[key] = key;
        }

        for (ulong key = 1000; key < 100_000; key++)
        {
            map.TryRemove(key, out _);
        }

        long before = map.BytesAllocated;
        map.TrimExcess();
        Assert.InRange(map.Capacity, 1000, 4000);
        Assert.InRange(map.BytesAllocated, 1000 * 16, before / 10);
        Assert.Empty(map.Shards.FindViolations());
        for (ulong key = 0; key < 1000; key++)
        {
            Assert.Equal(key, map[key]);
        }
    }

    [Fact]
    public void EnsureCapacity_Entries_FitWithoutGrowth()
    {
        foreach (int shards in new[] { 1, 16, 256 })
        {
            using Map map = new(new ShardMapOptions { ShardCount = shards });
            map[0] = 0;
            map.EnsureCapacity(20_000);
            Assert.InRange(map.Capacity, 20_000, long.MaxValue);
            Assert.Equal(0, map.GetStatistics().MigrationsActive);
            long migrations = map.GetStatistics().MigrationsStarted;
            for (ulong key = 0; key < 20_000; key++)
            {
                map[key] = key;
            }

            // Shards of few entries spread more than four standard deviations now and then.
            Assert.InRange(map.GetStatistics().MigrationsStarted - migrations, 0, 1);
            long capacity = map.Capacity;
            map.EnsureCapacity(10);
            map.EnsureCapacity(0);
            Assert.Equal(capacity, map.Capacity);
        }
    }

    [Fact]
    public void GetStatistics_OfAMap_AgreesWithItsProperties()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4 });
        for (ulong key = 0; key < 5000; key++)
        {
            map[key] = key;
        }

        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(map.Count, statistics.Count);
        Assert.Equal(map.Capacity, statistics.Capacity);
        Assert.Equal(map.BytesAllocated, statistics.BytesAllocated);
        Assert.InRange(statistics.AddressSpaceBytes, statistics.BytesAllocated, long.MaxValue);
        Assert.InRange(statistics.LoadFactor, 0.2, 0.9);
        Assert.InRange(statistics.LargestShardCount, 1250, 1500);
        Assert.InRange(statistics.MigrationsStarted - statistics.MigrationsFinished, 0, 4);
        Assert.Equal(statistics.MigrationsActive, statistics.MigrationsStarted - statistics.MigrationsFinished);
        Assert.Equal(5000, map.GetProbeLengths().Sum());
        Assert.Contains("5000 of ", map.ToString(), StringComparison.Ordinal);
    }
}

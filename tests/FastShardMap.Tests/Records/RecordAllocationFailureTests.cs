using System.Globalization;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Maps of long keys when the operating system refuses memory.</summary>
public class RecordAllocationFailureTests
{
    [Fact]
    public void TryAdd_NoMemoryForTheKey_ChangesNothing()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, Capacity = 1_000 });
        map[KeyOf(0)] = 0;
        string large = new('x', 20_000);
        ShardMapStatistics before = map.GetStatistics();
        FaultInjection.Allocate = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => map.TryAdd(large, 1));
            Assert.Throws<OutOfMemoryException>(() => map[large] = 1);
            Assert.Throws<OutOfMemoryException>(() => map.GetOrAdd(large, 1));
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.False(map.ContainsKey(large));
        Assert.Equal(before, map.GetStatistics());
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.True(map.TryAdd(large, 1));
        Assert.Equal(1, map[large]);
    }

    /// <summary>Without memory to list them, the records stay allocated until the next compaction.</summary>
    [Fact]
    public void TryRemove_NoMemoryForTheListOfASnapshot_Removes()
    {
        const int Entries = 2_000;
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int i = 0; i < Entries; i++)
        {
            map[KeyOf(i)] = i;
        }

        using (TextSnapshot<long> snapshot = map.Snapshot())
        {
            FaultInjection.Allocate = static _ => true;
            try
            {
                for (int i = 0; i < Entries; i += 2)
                {
                    Assert.True(map.TryRemove(KeyOf(i), out _));
                }
            }
            finally
            {
                FaultInjection.Allocate = null;
            }

            for (int i = 0; i < Entries; i++)
            {
                Assert.Equal(i, snapshot[KeyOf(i)]);
                Assert.Equal(i % 2 != 0, map.ContainsKey(KeyOf(i)));
            }
        }

        Assert.Empty(map.Inner.Shards.FindViolations());
        map.TrimExcess();
        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(0, statistics.RecordBytesInLimbo);
        Assert.InRange(statistics.RecordBytesHeld, statistics.RecordBytesLive, statistics.RecordBytesLive * 1.6);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Snapshot_NoMemory_ChangesNothing()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        map[KeyOf(1)] = 1;
        for (int allowed = 0; allowed < 2; allowed++)
        {
            int left = allowed;
            FaultInjection.Allocate = _ => left-- <= 0;
            try
            {
                Assert.Throws<OutOfMemoryException>(() => map.Snapshot());
            }
            finally
            {
                FaultInjection.Allocate = null;
            }
        }

        Assert.Equal(1, map[KeyOf(1)]);
        Assert.True(map.TryRemove(KeyOf(1), out _));
        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    private static string KeyOf(int i) => string.Create(CultureInfo.InvariantCulture, $"a key of some length {i:D8}");
}

using FastShardMap.Layout;
using FastShardMap.Tables;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H12: numbers of slots and bytes past 2^31. The arithmetic of Layout has tests of its own.</summary>
public sealed unsafe class H12SizeOverflowTests
{
    [Fact]
    public void Addresses_PastTwoToThe31Slots_AreExact()
    {
        byte* start = (byte*)0x1000_0000;
        TableRef table = TableRef.Create(start, TableSize.PowerOfTwo(40));
        foreach (ulong index in new[] { 1UL << 28, 1UL << 31, 1UL << 32, (1UL << 40) - 1 })
        {
            Assert.Equal(
                (ulong)start + (index * (uint)Table<ulong, ulong>.Stride),
                (ulong)Table<ulong, ulong>.GroupAt(table, index));
            Assert.Equal(
                (ulong)start + (index * (uint)Table<ulong, ulong>.Stride),
                (ulong)table.HomeGroup(table.FirstHashOf(index), Table<ulong, ulong>.Stride));
        }
    }

    [Fact]
    public void Counts_PastTwoToThe31_AreNotCut()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 2 });
        map[1] = 1;
        WriteSide* sides = map.Shards.Header->WriteSides;
        long before = sides[0].Count;
        sides[0].Count = (1L << 33) + before;
        Assert.Equal((1L << 33) + 1, map.Count);
        Assert.Equal((1L << 33) + 1, map.GetStatistics().Count);
        Assert.Throws<OutOfMemoryException>(map.ToArray);
        Assert.Throws<ArgumentException>(() => map.CopyTo(new KeyValuePair<ulong, ulong>[4]));
        sides[0].Count = before;
        Assert.Single(map.ToArray());
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue / 2)]
    [InlineData(1L << 58)]
    [InlineData(1L << 50)]
    public void Capacity_PastTheMachine_IsOutOfMemory(long capacity)
    {
        foreach (int shards in new[] { 1, 2, 4096 })
        {
            using Map map = new(new ShardMapOptions { ShardCount = shards });
            Assert.Throws<OutOfMemoryException>(() => map.EnsureCapacity(capacity));
            map[1] = 1;
            Assert.Equal(1UL, map[1]);
        }
    }
}

using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>Tables that a map has grown into are moved to huge pages while it is used.</summary>
public sealed unsafe class HugePagesTests
{
    // One shard: its last table has 8 MiB, and the one before 4.
    private const ulong Entries = 300_000;

    [Fact]
    [Trait("Category", "Heavy")] // not slow: but the emulator accepts the advice and does nothing
    public void Growth_HugePages_CollapsesTheTableUnderReadersAndWriters()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
        ulong filled = 0;
        ulong missed = 0;
        Thread reader = new(() =>
        {
            for (ulong key = 0; Volatile.Read(ref filled) < Entries; key++)
            {
                ulong known = Volatile.Read(ref filled);
                missed += known > 0
                    && !(map.TryGetValue(key % known, out ulong value) && value % Entries == key % known)
                    ? 1UL
                    : 0;
            }
        });
        reader.Start();
        for (ulong key = 0; key < Entries; key++)
        {
            map[key] = key;
            map[key / 2] = (key / 2) + Entries;
            Volatile.Write(ref filled, key + 1);
        }

        reader.Join();
        Assert.Equal(0UL, missed);
        WaitForCollapses(map);
        for (ulong key = 0; key < Entries; key++)
        {
            Assert.Equal(key < Entries / 2 ? key + Entries : key, map[key]);
        }

        AssertHugeIfOffered(map);
    }

    [Fact]
    public void ClearAndDispose_WhileCollapsing_EndIt()
    {
        for (int round = 0; round < 10; round++)
        {
            Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
            for (ulong key = 0; key < 60_000 + ((ulong)round * 1000); key++)
            {
                map[key] = key;
            }

            map.Clear();
            Assert.Empty(map);
            for (ulong key = 0; key < 60_000; key++)
            {
                Assert.True(map.TryAdd(key, key));
            }

            map.TrimExcess();
            Assert.Equal(60_000, map.Count);
            Assert.Equal(59_999UL, map[59_999]);
            map.Dispose();
            WaitForCollapses(map);
            Assert.InRange(map.Shards.Arena.HeldBytes, 0, 64 * 1024); // headers, no table
        }
    }

    private static void WaitForCollapses(Map map) =>
        Assert.True(SpinWait.SpinUntil(() => !map.Shards.Arena.IsCollapsing, TimeSpan.FromMinutes(1)));

    private static void AssertHugeIfOffered(Map map)
    {
        byte* sample = PageMemory.Map(PageMemory.HugePageBytes, PageMemory.HugePageBytes);
        *sample = 1;
        if (PageMemory.TryCollapse(sample, PageMemory.HugePageBytes))
        {
            nuint table = (nuint)map.Shards.Header->Views[0].Current.Base;
            Assert.True(LinuxFacts.HugeBytes(table) >= (long)PageMemory.HugePageBytes);
        }

        PageMemory.Unmap(sample, PageMemory.HugePageBytes);
    }
}

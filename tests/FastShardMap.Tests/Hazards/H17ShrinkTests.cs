using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H17: a map that keeps for ever what it needed once.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class H17ShrinkTests
{
    private const ulong Entries = 300_000;

    [Fact]
    public void TrimExcess_MostEntriesRemoved_GivesMemoryBackAtOnce()
    {
        using Map map = Filled(out List<(nuint Start, nuint Bytes)> tables);
        long full = map.BytesAllocated;
        for (ulong key = 100; key < Entries; key++)
        {
            Assert.True(map.TryRemove(key, out _));
        }

        Assert.Equal(full, map.BytesAllocated); // removing alone moves nothing
        WithoutMaintenance(() =>
        {
            map.TrimExcess();
            Assert.InRange(map.BytesAllocated, 1, 64 * 1024);
            Assert.InRange(map.Shards.Arena.HeldBytes, 1, 512 * 1024);
            AssertNotResident(tables);
        });
        for (ulong key = 0; key < 100; key++)
        {
            Assert.Equal(key, map[key]);
        }
    }

    [Fact]
    public void Dispose_LargeMap_GivesMemoryBackAtOnce()
    {
        Map map = Filled(out List<(nuint Start, nuint Bytes)> tables);
        WithoutMaintenance(() =>
        {
            map.Dispose();
            AssertNotResident(tables);
        });
        GC.KeepAlive(map);
    }

    [Fact]
    public void Growth_OldTables_AreGivenBack()
    {
        using Map map = Filled(out _);
        map.EnsureCapacity((long)Entries); // ends the migrations
        map.Shards.Arena.DrainRetired();
        Assert.InRange(map.Shards.Arena.HeldBytes, map.BytesAllocated, map.BytesAllocated + (512 * 1024));
    }

    /// <summary>With the maintenance thread kept busy, so that nothing is given back but by the call itself.</summary>
    private static void WithoutMaintenance(Action action)
    {
        using ManualResetEventSlim busy = new();
        using ManualResetEventSlim done = new();
        Assert.True(MaintenanceThread.TryPost(new Pause(busy, done)));
        Assert.True(busy.Wait(TimeSpan.FromSeconds(30)), "The maintenance thread does not run.");
        try
        {
            action();
        }
        finally
        {
            done.Set();
        }
    }

    private static Map Filled(out List<(nuint Start, nuint Bytes)> tables)
    {
        Map map = new(new ShardMapOptions { ShardCount = 2 });
        for (ulong key = 0; key < Entries; key++)
        {
            map[key] = key;
        }

        tables = [];
        for (int shard = 0; shard < 2; shard++)
        {
            TableRef table = map.Shards.Header->Views[shard].Current;
            tables.Add(((nuint)table.Base, table.Size.Bytes(GroupShape<ulong, ulong>.StrideBytes)));
        }

        return map;
    }

    private sealed class Pause(ManualResetEventSlim busy, ManualResetEventSlim done) : IBackgroundWork
    {
        public void Run()
        {
            busy.Set();
            done.Wait();
        }
    }

    private static void AssertNotResident(List<(nuint Start, nuint Bytes)> tables)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/self/pagemap"))
        {
            return;
        }

        // Smaller tables may have taken the place of the large ones.
        Assert.InRange(
            tables.Sum(static table => LinuxFacts.ResidentBytes((byte*)table.Start, table.Bytes)), 0, 512 * 1024);
    }
}

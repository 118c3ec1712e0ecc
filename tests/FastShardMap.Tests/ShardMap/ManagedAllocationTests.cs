using FastShardMap.Tests.Support;

using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>
/// No managed allocation: not a byte in thousands of calls of any member that does not say otherwise.
/// </summary>
public sealed class ManagedAllocationTests
{
    private const int Calls = 4000;

    public static TheoryData<int> Operations =>
        [.. Enumerable.Range(0, MapOperation.All.Count).Where(static index => !MapOperation.All[index].Allocates)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Member_Warm_AllocatesNothing(int index)
    {
        MapOperation operation = MapOperation.All[index];
        foreach (int entries in new[] { 3, 600 })
        {
            using Map map = new(new ShardMapOptions { ShardCount = 4, Capacity = 3000 });
            for (ulong key = 0; key < (ulong)entries; key++)
            {
                map[key] = key;
            }

            Run(operation, map, 1500);
            Allocation.AssertNone(() => Run(operation, map, Calls));
        }
    }

    [Fact]
    public void Churn_NeverRepeatedKeys_AllocatesNothing()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4, Capacity = 3000 });
        ulong key = 0;
        for (; key < 5000; key++)
        {
            map[key] = key;
            map.TryRemove(key - 1000, out _);
        }

        Allocation.AssertNone(() =>
        {
            for (ulong end = key + 20_000; key < end; key++)
            {
                map[key] = key;
                map.TryRemove(key - 1000, out _);
            }
        });
    }

    [Fact]
    public void Growth_ByOneHundredThousandEntries_AllocatesBookkeepingOnly()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4 });
        map[0] = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong key = 0; key < 100_000; key++)
        {
            map[key] = key;
        }

        // The arena notes each table it hands out: some dozens, not some hundred thousand.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    // Forty keys, so that present and absent ones come up without growth.
    private static void Run(MapOperation operation, Map map, int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            operation.Call(map, (ulong)(call % 40));
        }
    }
}

using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>Use after Dispose.</summary>
public sealed class DisposedTests
{
    public static TheoryData<int> Operations => [.. Enumerable.Range(0, MapOperation.All.Count)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Member_AfterDispose_ThrowsObjectDisposed(int index)
    {
        MapOperation operation = MapOperation.All[index];
        foreach (Map map in DisposedMaps())
        {
            foreach (ulong key in new ulong[] { 1, 1000 })
            {
                if (operation.WorksDisposed)
                {
                    operation.Call(map, key);
                }
                else
                {
                    Assert.Throws<ObjectDisposedException>(() => operation.Call(map, key));
                }
            }
        }
    }

    [Fact]
    public void Dispose_Twice_DoesNothing()
    {
        Map map = new();
        map[1] = 1;
        map.Dispose();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map[1]);
        Assert.Contains("disposed", map.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_LargeMap_GivesItsMemoryBackAtOnce()
    {
        Map map = new(new ShardMapOptions { ShardCount = 4 });
        for (ulong key = 0; key < 200_000; key++)
        {
            map[key] = key;
        }

        Assert.InRange(map.BytesAllocated, 200_000 * 16, long.MaxValue);
        map.Dispose();
        Assert.InRange(map.BytesAllocated, 0, 16 * 1024);
        Assert.InRange(map.Shards.Arena.HeldBytes, 0, 64 * 1024);
    }

    [Fact]
    public void Enumerator_MapDisposedMeanwhile_Throws()
    {
        Map map = new(new ShardMapOptions { ShardCount = 2 });
        for (ulong key = 0; key < 1000; key++)
        {
            map[key] = key;
        }

        Map.Enumerator enumerator = map.GetEnumerator();
        Assert.True(enumerator.MoveNext());
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            while (enumerator.MoveNext())
            {
                // To the end of the buffer that was filled before.
            }
        });
        enumerator.Dispose();
        Assert.False(enumerator.MoveNext());
    }

    private static IEnumerable<Map> DisposedMaps()
    {
        Map empty = new();
        empty.Dispose();
        yield return empty;

        // In the middle of a migration.
        Map migrating = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (ulong key = 0; key < 1000 || migrating.GetStatistics().MigrationsActive == 0; key++)
        {
            migrating[key] = key;
        }

        migrating.Dispose();
        yield return migrating;

        Map reserved = new(100_000);
        reserved[1] = 1;
        reserved.Dispose();
        yield return reserved;
    }
}

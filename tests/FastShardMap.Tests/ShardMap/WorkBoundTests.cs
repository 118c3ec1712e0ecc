using FastShardMap.Layout;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>
/// Bounds that no noise can hide behind: what one write adds to a migration, and what an empty map weighs.
/// </summary>
public sealed unsafe class WorkBoundTests
{
    private const ulong PopulateBytes = 64 * 1024;

    /// <summary>
    /// Growing, a write moves as many groups as the step says and never more, and makes no more pages resident than its
    /// share.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void Insert_WhileGrowing_MovesExactlyTheStepAtMost(int stepGroups)
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = stepGroups });
        WriteSide* side = map.Shards.Header->WriteSides;
        long most = 0;
        for (ulong key = 0; key < 100_000; key++)
        {
            long moved = side->GroupsMoved;
            ulong populated = side->PopulatedBytes;
            map[key] = key;
            most = Math.Max(most, side->GroupsMoved - moved);
            Assert.True(
                side->PopulatedBytes <= populated + PopulateBytes, $"{populated} to {side->PopulatedBytes} bytes");
        }

        Assert.Equal(stepGroups, most);
    }

    /// <summary>Writes that do not insert take the same share.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Overwrite_InAMigratingShard_MovesExactlyTheStep(int stepGroups)
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = stepGroups });
        ulong entries = 0;
        while (entries < 5000 || map.GetStatistics().MigrationsActive == 0)
        {
            map[entries] = entries++;
        }

        MapHeader* header = map.Shards.Header;
        ulong groups = header->Views[0].Previous.Groups;
        for (ulong cursor = header->WriteSides->MigrationCursor; cursor < groups;)
        {
            cursor = Math.Min(cursor + (ulong)stepGroups, groups);
            map[3] = 4;
            Assert.Equal(cursor, header->WriteSides->MigrationCursor);
        }

        Assert.Equal(0, map.GetStatistics().MigrationsActive);
    }

    /// <summary>
    /// Managed memory of an empty map: small for any number of shards, so there is no object per shard.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(ShardMapOptions.MaxShardCount)]
    public void ManagedBytes_OfAnEmptyMap_AreAtMostFourKilobytes(int shards) =>
        Assert.InRange(ManagedBytesOf(shards), 1, 4096);

    private static long ManagedBytesOf(int shards)
    {
        const int Maps = 20;
        ShardMapOptions options = new() { ShardCount = shards };
        new Map(options).Dispose();
        Map[] maps = new Map[Maps];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Maps; i++)
        {
            maps[i] = new Map(options);
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.ForEach(maps, static map => map.Dispose());
        return bytes / Maps;
    }
}

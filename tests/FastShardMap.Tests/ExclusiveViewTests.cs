using FastShardMap.Tests.Snapshots;

namespace FastShardMap.Tests;

/// <summary>A reader of another thread sees nothing of an exclusive phase before it has ended, whatever the phase does
/// to the tables.</summary>
public sealed class ExclusiveViewTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_AfterAMigrationInThePhase_IsRefused(bool migrationHasEnded)
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 1));
        using (ShardMapExclusive<long, long, DefaultHasher<long>> phase = map.EnterExclusive())
        {
            long key = 0;
            while (!HasTwoTables(map))
            {
                phase[key++] = 0;
            }

            while (migrationHasEnded && HasTwoTables(map))
            {
                phase[0] = 0;
            }

            AssertReaderIsRefused(map);
        }

        Assert.Equal(0, map[0]);
    }

    /// <summary>The write that ends the migration has not ended itself.</summary>
    [Fact]
    public void Read_WithinTheWriteThatEndsAMigration_IsRefused()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 1));
        using (ShardMapExclusive<long, long, DefaultHasher<long>> phase = map.EnterExclusive())
        {
            long key = 0;
            while (!HasTwoTables(map))
            {
                phase[key++] = 0;
            }

            bool hasEnded = false;
            while (!hasEnded)
            {
                phase.AddOrUpdate(0, _ => 0, (_, old) =>
                {
                    hasEnded = !HasTwoTables(map);
                    AssertReaderIsRefused(map);
                    return old;
                });
            }
        }
    }

    /// <summary>The view of a shard is as complete after the phase as it would be without it.</summary>
    [Fact]
    public void Read_AfterThePhase_NeedsNoLock()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 1));
        using (ShardMapExclusive<long, long, DefaultHasher<long>> phase = map.EnterExclusive())
        {
            for (long key = 0; key < 1000; key++)
            {
                phase[key] = key;
            }
        }

        for (long key = 0; key < 1000; key++)
        {
            Assert.Equal(key, map[key]);
        }

        Assert.Equal(0, map.GetStatistics().ReadFallbacks);
    }

    private static void AssertReaderIsRefused(ShardMap<long, long> map)
    {
        Exception? exception = null;
        Thread reader = new(() => exception = Record.Exception(() => map.TryGetValue(0, out _)));
        reader.Start();
        reader.Join();
        Assert.Contains(
            "held exclusively", Assert.IsType<InvalidOperationException>(exception).Message, StringComparison.Ordinal);
    }

    private static unsafe bool HasTwoTables(ShardMap<long, long> map) => !map.Shards.Header->Views[0].Previous.IsNone;
}

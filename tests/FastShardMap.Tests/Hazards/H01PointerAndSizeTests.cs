using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H1: a reader that combines an address with another table's size touches memory outside the table.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class H01PointerAndSizeTests
{
    [Fact]
    public void TableRef_AddressAndSize_AreOneAtomicWord() => Assert.Equal(sizeof(ulong), sizeof(TableRef));

    /// <summary>Every block ends at an inaccessible page: an index too large by one ends the process.</summary>
    [Fact]
    public void Reads_WhileTablesGrowAndShrink_StayInsideTheirBlocks()
    {
        bool guardPages = PageMemory.GuardPages;
        PageMemory.GuardPages = true;
        Map map;
        try
        {
            map = new Map(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        }
        finally
        {
            PageMemory.GuardPages = guardPages;
        }

        Race race = new(Soak.Time(1));
        race.Loop("grow and shrink", round =>
        {
            int entries = 1 << (2 + (round % 8));
            for (ulong key = 0; key < (ulong)entries; key++)
            {
                map[key] = key;
            }

            if (round % 3 == 0)
            {
                map.Clear();
            }

            for (ulong key = 2; key < (ulong)entries; key++)
            {
                map.TryRemove(key, out _);
            }

            map.TrimExcess();
        });
        for (int reader = 0; reader < 2; reader++)
        {
            race.Loop($"read {reader}", round =>
            {
                ulong key = (ulong)round % 600;
                Assert.True(!map.TryGetValue(key, out ulong value) || value == key);
            });
        }

        race.Run();
        map.Dispose();
    }
}

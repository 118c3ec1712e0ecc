using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tables;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H1: a reader that combines an address with another table's size touches memory outside the table.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class H01PointerAndSizeTests
{
    /// <summary>
    /// A reader that was interrupted while it held a table may find another one's bytes there. The last group of a
    /// block ends at an inaccessible page here, and its control word claims tags for slots that it has not.
    /// </summary>
    [Fact]
    public void Reads_OfBytesThatAreNoGroup_StayInsideTheBlock()
    {
        ReadGarbage<UInt128>();
        ReadGarbage<Kilobyte>(); // four slots to a group
    }

    [Fact]
    public void TableRef_AddressAndSize_AreOneAtomicWord() => Assert.Equal(sizeof(ulong), sizeof(TableRef));

    /// <summary>Every block ends at an inaccessible page: an index too large by one ends the process.</summary>
    [Fact]
    public void Reads_WhileTablesGrowAndShrink_StayInsideTheirBlocks()
    {
        Map map = WithGuardPages(static () => new Map(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 }));
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

    private static void ReadGarbage<TValue>()
        where TValue : unmanaged
    {
        using ShardMap<ulong, TValue> map = WithGuardPages(
            static () => new ShardMap<ulong, TValue>(new ShardMapOptions { ShardCount = 1, Capacity = 100 }));
        TableRef table = map.Shards.Header->Views[0].Current;
        Group* last = Table<ulong, TValue>.GroupAt(table, table.Groups - 1);
        ulong key = 1;
        while (table.Home(map.Shards.Hash(key)) != table.Groups - 1)
        {
            key++;
        }

        ulong tag = (byte)HashBits.Tag(map.Shards.Hash(key));
        for (int slot = 0; slot < sizeof(ulong); slot++)
        {
            last->Control = tag << (slot * 8);
            Assert.False(map.TryGetValue(key, out _));
        }

        last->Control = ControlWord.Empty;
    }

    private static T WithGuardPages<T>(Func<T> create)
    {
        using GuardPagesScope scope = new();
        return create();
    }

    [InlineArray(1000)]
    private struct Kilobyte
    {
        private byte _first;
    }
}

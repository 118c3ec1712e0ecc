using FastShardMap.Layout;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H6: a counter that comes round while a reader sleeps.</summary>
public sealed unsafe class H06VersionWrapTests
{
    [Fact]
    public void Counters_OfGroupsAndViews_Have64Bits()
    {
        Assert.Equal(typeof(ulong), typeof(Group).GetField(nameof(Group.Version))!.FieldType);
        Assert.Equal(typeof(ulong), typeof(ReadView).GetField(nameof(ReadView.Generation))!.FieldType);
    }

    [Fact]
    public void Version_EveryWrite_IsNew()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 0;
        Group* group = (Group*)map.Shards.Header->Views[0].Current.Base;
        HashSet<ulong> versions = [group->Version];
        for (ulong round = 0; round < 1000; round++)
        {
            map[1] = round;
            Assert.True(versions.Add(group->Version), "An update left the version as it was.");
            map.TryRemove(1, out _);
            Assert.True(versions.Add(group->Version), "A removal left the version as it was.");
            map.TryAdd(1, round);
            Assert.True(versions.Add(group->Version), "An insert left the version as it was.");
        }

        Assert.All(versions, static version => Assert.Equal(0UL, version & 0x7_FFFF));
    }

    [Fact]
    public void Generation_EveryChangeOfTables_IsNew()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        HashSet<ulong> generations = [];
        ReadView* view = map.Shards.Header->Views;
        ulong last = 0;
        int changes = 0;
        (ulong, ulong) tables = default;
        for (int round = 0; round < 20; round++)
        {
            for (ulong key = 0; key < 300; key++)
            {
                map[key] = key;
                NoteChange();
            }

            map.Clear();
            NoteChange();
            map.TrimExcess();
            NoteChange();
        }

        Assert.InRange(changes, 100, int.MaxValue);

        void NoteChange()
        {
            (ulong, ulong) now = (view->Current.Word, view->Previous.Word);
            if (now != tables)
            {
                changes++;
                tables = now;
                Assert.True(generations.Add(view->Generation), "The tables changed, and the generation is an old one.");
                Assert.True(view->Generation > last);
                last = view->Generation;
            }
        }
    }

    [Fact]
    public void Version_AtItsEnd_GoesOnFromZero()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        Group* group = (Group*)map.Shards.Header->Views[0].Current.Base;
        group->Version = ~0x7_FFFFUL;
        map[1] = 2;
        Assert.Equal(0UL, group->Version);
        map[1] = 3;
        Assert.Equal(3UL, map[1]);
        Assert.Equal(0x8_0000UL, group->Version);
    }
}

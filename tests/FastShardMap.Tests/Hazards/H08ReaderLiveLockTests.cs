using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H8: a reader that is disturbed for ever.</summary>
public sealed unsafe class H08ReaderLiveLockTests
{
    /// <summary>A version that stays odd stands for a writer that is always there.</summary>
    [Fact]
    public void Read_GroupAlwaysBusy_TakesTheLockAfterABoundedNumberOfAttempts()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 11;
        Group* group = (Group*)map.Shards.Header->Views[0].Current.Base;
        group->Version++;
        new Race(TimeSpan.FromSeconds(20)).Once("reader", () =>
        {
            Assert.True(map.TryGetValue(1, out ulong value));
            Assert.Equal(11UL, value);
            Assert.Equal(1, map.GetStatistics().ReadFallbacks);
        }).Run();
        group->Version++;
    }

    [Fact]
    public void Read_ViewAlwaysChanging_TakesTheLockAfterABoundedNumberOfAttempts()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 11;
        ViewGeneration.BeginChange(map.Shards.Header->Views);
        new Race(TimeSpan.FromSeconds(20)).Once("reader", () =>
        {
            Assert.Equal(11UL, map[1]);
            Assert.False(map.ContainsKey(2));
            Assert.Equal(0, map.TryGetValues([3, 4], new ulong[2], new bool[2]));
            Assert.Equal(4, map.GetStatistics().ReadFallbacks);
        }).Run();
        ViewGeneration.EndChange(map.Shards.Header->Views);
    }

    [Fact]
    public void Read_UnderTightWriters_MakesProgress()
    {
        using ShardMap<ulong, Wide> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = default;
        long reads = 0;
        Race race = new Race(Soak.Time(0.7)).Until(() => Volatile.Read(ref reads) >= 100);
        race.Loop("writer", round => map[1] = new Wide { First = round });
        race.Loop("reader", _ =>
        {
            Assert.True(map.ContainsKey(1));
            reads++;
        });
        race.Run();
        Assert.InRange(reads, 100, long.MaxValue);
    }

    [System.Runtime.CompilerServices.InlineArray(32)]
    private struct Wide
    {
        private long _first;

        public long First
        {
            set => _first = value;
        }
    }
}

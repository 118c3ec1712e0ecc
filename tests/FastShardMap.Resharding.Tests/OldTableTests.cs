using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Reads and writes by a table of slots that others have left behind.</summary>
[Collection(Servers.Collection)]
public class OldTableTests(Servers servers)
{
    /// <summary>A process that slept through a move cannot write to the old owner.</summary>
    [Fact]
    public async Task TryWriteAsync_ByAnOldTable_IsRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using NodeConnections connections = new(options);
        SlotOperations operations = new(connections);
        RouteStore routes = new(connections);
        RedisKey key = Traffic.KeysIn(ReshardTests.Slots, 1)[0];
        int slot = SlotTable.SlotOf((byte[])key!);
        List<SlotRule> old = [(await routes.ReadAsync()).RuleOf(slot)];
        Assert.True(await operations.TryRaiseFenceAsync(old[0].Authority, slot, old[0].Token));
        Assert.NotNull(await operations.TryWriteAsync(old[0], key, "before", null));

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(ReshardTests.Slots)));
        resharder.Checkpoint = what =>
        {
            if (what.EndsWith("begins", StringComparison.Ordinal))
            {
                old.Add(routes.ReadAsync().GetAwaiter().GetResult().RuleOf(slot));
            }
        };
        await resharder.RunAsync(ReshardTests.Quick);

        // The last rule that was seen is that of Cleaning, which is the new owner's for good.
        foreach (SlotRule rule in old.Where(rule => rule.State != MoveState.Cleaning))
        {
            Assert.False((await operations.TryWriteAsync(rule, key, $"by {rule.State}", null)).HasValue, $"{rule}");
        }

        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        Assert.Equal("before", await store.GetAsync(key));
    }

    /// <summary>A wave can pass from the cut-over to the next states within one lease. A reader with the table of
    /// before sees what is written by the table of after.</summary>
    [Theory]
    [InlineData(1, "Cleaning begins", false)]
    [InlineData(100, "RollingBack begins", true)]
    public async Task GetAsync_ByATableOfTheCutover_SeesWritesByALaterTable(int percent, string where, bool rollsBack)
    {
        ShardingOptions options = await servers.EmptyAsync(3, leaseMilliseconds: 1_500);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(2)));

        // At 1 % of the keys, this one is read from the old owner.
        RedisKey key = Traffic.KeysIn(2, 100).First(
            key => !new SlotRule(0, "", "", MoveState.Cutover, 0, 0, 1).IsCutOver((byte[])key!));
        RoutedStore? reader = null;
        RedisValue value = RedisValue.Null;
        resharder.Checkpoint = what =>
        {
            if (what == "Cutover begins")
            {
                RoutedStore? before = reader;
                reader = ConnectAndSet("before");
                before?.DisposeAsync().AsTask().GetAwaiter().GetResult();
                if (rollsBack && resharder.GetStatusAsync().GetAwaiter().GetResult().Percent == percent)
                {
                    throw new KilledException();
                }
            }
            else if (what == where)
            {
                RoutedStore writer = ConnectAndSet("after");
                value = reader!.GetAsync(key).GetAwaiter().GetResult();
                writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        };
        ReshardOptions work = new() { CutoverPercents = [percent] };
        if (rollsBack)
        {
            await Assert.ThrowsAsync<KilledException>(() => resharder.RunAsync(work));
            await resharder.RollBackAsync(work);
        }
        else
        {
            await resharder.RunAsync(work);
        }

        Assert.Equal("after", value);
        Assert.Equal("after", await reader!.GetAsync(key));
        await reader.DisposeAsync();

        RoutedStore ConnectAndSet(string text)
        {
            RoutedStore store = RoutedStore.ConnectAsync(options).GetAwaiter().GetResult();
            store.SetAsync(key, text).GetAwaiter().GetResult();
            return store;
        }
    }
}

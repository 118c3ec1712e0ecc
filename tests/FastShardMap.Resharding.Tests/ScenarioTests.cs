using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

[Collection(Servers.Collection)]
public class ScenarioTests(Servers servers)
{
    private const int Keys = 1_200;
    private const int NearKeys = 400;
    private const string NearPrefix = "near:";

    /// <summary>The traffic of near maps needs leases of twelve servers, also on a busy machine.</summary>
    private static readonly TimeSpan s_maxStaleness = TimeSpan.FromSeconds(2);

    /// <summary>Eight servers become twelve while programs read and write, some of them through near maps: all 16,384
    /// slots, in waves.</summary>
    [Fact]
    public async Task RunAsync_EightToTwelveServers_MovesAThirdAndLosesNoWrite()
    {
        ShardingOptions options = await servers.EmptyAsync(12, leaseMilliseconds: 100);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(8));
        RedisKey[] keys = Traffic.KeysIn(SlotTable.SlotCount, Keys);
        await using Traffic traffic = await Traffic.StartAsync(options, keys, 2, 2);
        await using NearTraffic near = await NearTraffic.StartAsync(
            options,
            NearPrefix,
            s_maxStaleness,
            NearTraffic.KeysIn(NearPrefix, SlotTable.SlotCount, NearKeys),
            maps: 2);
        await near.PassAsync();
        long[] before = await CountAsync(8);

        ReshardPlan plan = await resharder.PlanAsync(Servers.Nodes(12));
        await resharder.ScheduleAsync(plan);
        ReshardOptions run = new() { SlotsPerWave = 4_096, Concurrency = 64, CutoverPercents = [25, 100] };
        bool isHeld = false;
        resharder.Checkpoint = what =>
        {
            if (what == "Draining begins" && !isHeld)
            {
                isHeld = true;
                throw new KilledException();
            }
        };
        await Assert.ThrowsAsync<KilledException>(() => resharder.RunAsync(run));

        // In the middle of a wave: reads and writes go to new servers already.
        await near.PassAsync();
        await resharder.RunAsync(run);

        // Each near map follows the slots, and keeps copies of what it has read on each new server.
        await Wait.UntilAsync(
            () => near.HasFaults || near.Maps.All(
                map => Enumerable.Range(8, 4).All(
                    i => map.Table.IndexOf($"node-{i}") >= 0 && map.StatisticsOfNode($"node-{i}").Fills > 0)),
            "copies of keys that have moved");
        await near.PassAsync();
        await near.StopAsync();
        await traffic.StopAsync();

        Assert.InRange(plan.MovedShare, plan.LeastShare, plan.LeastShare + 0.01);
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Equal(0, ReshardPlan.Between(plan.To, status.Table).MovedShare);
        Assert.True(status.Table.Skew < 1.001);
        VerifyReport report = await resharder.VerifyAsync();
        Assert.Equal((0, 0), (report.Misplaced, report.Differences));
        Assert.InRange(report.Keys, NearKeys, NearKeys + Keys);

        // Each new server has about a twelfth of the keys: five deviations of a binomial distribution.
        long[] after = await CountAsync(12);
        Assert.Equal(before.Sum(), after.Sum(), Keys / 4.0);
        double share = after.Sum() / 12.0;
        double deviation = 5 * Math.Sqrt(share);
        Assert.All(after, count => Assert.InRange(count, share - deviation, share + deviation));

        async Task<long[]> CountAsync(int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            await using ConnectionMultiplexer connection = await servers.ConnectAsync($"node-{i}");
            IServer server = connection.GetServer(connection.GetEndPoints()[0]);
            long keys = 0;
            await foreach (RedisKey key in server.KeysAsync())
            {
                keys += key.ToString().StartsWith("key:", StringComparison.Ordinal) ? 1 : 0;
            }

            return keys;
        }));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Soak.IsOn ? 200 : 4)];

    /// <summary>The coordinator is ended at random steps, again and again, until the moves are complete: with 4 seeds,
    /// or with 200 if FASTSHARDMAP_SOAK is set.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RunAsync_KilledAtRandomSteps_CompletesInTheEnd(int seed)
    {
        const int Slots = 32;
        Random random = new(seed);
        ShardingOptions options = await servers.EmptyAsync(3, leaseMilliseconds: 30);
        await using (Resharder first = await Resharder.ConnectAsync(options))
        {
            await first.CreateAsync(Servers.Nodes(2));
            await first.ScheduleAsync(await first.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        }

        await using Traffic traffic = await Traffic.StartAsync(options, Traffic.KeysIn(Slots, 300), 2, 2);
        for (int run = 0; ; run++)
        {
            Assert.True(run < 500, "the moves make no progress");
            await using Resharder next = await Resharder.ConnectAsync(options);

            // A handover has a step per slot: some runs must get through all of them.
            int steps = random.Next(1, random.Next(2) == 0 ? 8 : 100);
            next.Checkpoint = _ =>
            {
                if (Interlocked.Decrement(ref steps) == 0)
                {
                    throw new OperationCanceledException($"killed in run {run}");
                }
            };
            try
            {
                await next.RunAsync(new ReshardOptions { SlotsPerWave = 20, CutoverPercents = [50, 100] });
                break;
            }
            catch (OperationCanceledException)
            {
                // The next one continues.
            }
        }

        await traffic.StopAsync();
        await using Resharder last = await Resharder.ConnectAsync(options);
        await ReshardTests.AssertCleanAsync(last, options, traffic);
    }
}

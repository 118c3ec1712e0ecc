using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Many maps lose their connections at one instant and come back.</summary>
[Collection(Exclusive.Name)]
public class ReconnectStormTests(Engines engines)
{
    private const int Maps = 16;
    private const int Keys = 20;
    private const int ReadersPerMap = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_AfterAReconnectOfManyMaps_DoNotAskOncePerReader()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = new(
            await engines.ConfigurationThroughAsync(EngineKind.Garnet, relay), Engines.NewPrefix())
        {
            MaxBytes = 4 << 20,
            MaxStaleness = TimeSpan.FromSeconds(10),
            OperationTimeout = TimeSpan.FromSeconds(20),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        List<NearMap<long, long>> maps = [];
        try
        {
            for (int index = 0; index < Maps; index++)
            {
                maps.Add(await NearMap<long, long>.ConnectAsync(options, Token));
            }

            relay.Refuse();
            await Wait.UntilAsync(() => maps.TrueForAll(map => map.State == NearState.Suspended), "all are suspended");
            relay.Resume();
            await Wait.UntilAsync(() => maps.TrueForAll(map => map.State == NearState.Live), "all are live again");

            long before = maps.Sum(map => map.GetStatistics().Misses);
            long suspensions = maps.Sum(map => map.GetStatistics().Suspensions);
            await Task.WhenAll(
                from map in maps
                from reader in Enumerable.Range(0, ReadersPerMap)
                select Task.Run(async () =>
                {
                    for (long key = 0; key < Keys; key++)
                    {
                        Assert.False((await map.GetAsync(key, cancellationToken: Token)).Found);
                    }
                }));
            long misses = maps.Sum(map => map.GetStatistics().Misses) - before;

            // A reader that has just not found the copy asks again, and so does a map that was suspended again.
            bool wasQuiet = suspensions == maps.Sum(map => map.GetStatistics().Suspensions);
            Assert.InRange(misses, Maps * Keys, Maps * Keys * (wasQuiet ? ReadersPerMap / 2 : ReadersPerMap));
        }
        finally
        {
            foreach (NearMap<long, long> map in maps)
            {
                await map.DisposeAsync();
            }
        }
    }
}

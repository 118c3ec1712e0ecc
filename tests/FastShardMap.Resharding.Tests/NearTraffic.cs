using FastShardMap.Near;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

/// <summary>Routed near maps that read and write keys of the slots that move; <see cref="MapTraffic"/> says what is
/// checked.</summary>
internal sealed class NearTraffic : IAsyncDisposable
{
    private readonly List<RoutedNearMap<long, long>> _maps = [];
    private MapTraffic? _traffic;

    private NearTraffic()
    {
    }

    public IReadOnlyList<RoutedNearMap<long, long>> Maps => _maps;

    public bool HasFaults => _traffic!.HasFaults;

    /// <summary>Keys of a prefix that are in the first slots.</summary>
    public static long[] KeysIn(string prefix, int slots, int count) =>
    [
        .. Enumerable.Range(0, int.MaxValue).Select(key => (long)key)
            .Where(key => SlotTable.SlotOf([.. System.Text.Encoding.UTF8.GetBytes(prefix), (byte)'k',
                .. BitConverter.GetBytes(key)]) < slots).Take(count),
    ];

    public static NearMapOptions OptionsOf(
        ShardingOptions sharding, string node, string prefix, TimeSpan maxStaleness) =>
        new(sharding.NodeConfiguration!(node), prefix)
        {
            MaxBytes = 4 << 20,
            MaxStaleness = maxStaleness,
            MaxForeignStaleness = TimeSpan.FromHours(1), // no copy ends by its age
            ExactStaleness = true,
            ConnectTimeout = Servers.Timeout,
            OperationTimeout = Servers.Timeout,
        };

    public static async Task<NearTraffic> StartAsync(
        ShardingOptions sharding, string prefix, TimeSpan maxStaleness, long[] keys, int maps)
    {
        NearTraffic traffic = new();
        try
        {
            for (int map = 0; map < maps; map++)
            {
                traffic._maps.Add(await RoutedNearMap<long, long>.ConnectAsync(
                    sharding, node => OptionsOf(sharding, node, prefix, maxStaleness)));
            }

            traffic._traffic = await MapTraffic.StartAsync(
                [.. traffic._maps.Select(TrafficMap.Of)], keys, maxStaleness);
            return traffic;
        }
        catch
        {
            await traffic.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for more reads and writes.</summary>
    public Task PassAsync() => _traffic!.PassAsync();

    /// <summary>Ends the traffic. After it, every copy is or becomes the last value.</summary>
    public Task StopAsync() => _traffic!.StopAsync(Servers.Timeout);

    public async ValueTask DisposeAsync()
    {
        if (_traffic is not null)
        {
            await _traffic.DisposeAsync();
        }

        foreach (RoutedNearMap<long, long> map in _maps)
        {
            await map.DisposeAsync();
        }
    }
}

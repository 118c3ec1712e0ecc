using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Processes of redis-server in cluster mode on loopback.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int SlotCount = 16_384;
    private const int MostStarts = 5;

    private readonly List<Process> _processes = [];
    private readonly List<OrphanGuard> _guards = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsmap-redis-");
    private readonly int[] _ports;
    private readonly int[] _busPorts;

    private readonly int _primaries;

    // Short only where a test waits for a failover: tests can be stopped for longer.
    private readonly string _nodeTimeoutMilliseconds;

    private RedisCluster(int primaries, int replicas)
    {
        int count = primaries + replicas;
        _primaries = primaries;
        _nodeTimeoutMilliseconds = replicas > 0 ? "2000" : "15000";
        int[] free = RedisServer.FindFreePorts(2 * count);
        _ports = free[..count];
        _busPorts = free[count..];
    }

    public IReadOnlyList<int> Ports => _ports;

    private bool HasLostANode => _processes.Exists(process => process.HasExited);

    public string Configuration => string.Join(',', _ports.Select(port => $"127.0.0.1:{port}"));

    /// <summary>Starts nodes that form a cluster. The first replica is one of the first primary, and so on.</summary>
    public static async Task<RedisCluster> StartAsync(int primaries, int replicas = 0)
    {
        for (int start = 1; ; start++)
        {
            RedisCluster cluster = new(primaries, replicas);
            try
            {
                for (int i = 0; i < primaries + replicas; i++)
                {
                    cluster.Start(cluster._ports[i], cluster._busPorts[i]);
                }

                await cluster.JoinAsync();
                Assert.False(cluster.HasLostANode, "A node has ended.");
                return cluster;
            }
            catch
            {
                // A node ends if another process has taken one of its ports in the meantime.
                bool startsAnew = cluster.HasLostANode && start < MostStarts;
                await cluster.DisposeAsync();
                if (!startsAnew)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Ends the process of a node without warning (SIGKILL).</summary>
    public void Kill(int node)
    {
        _processes[node].Kill();
        _processes[node].WaitForExit();
    }

    /// <summary>Stops the process of a node without ending it (SIGSTOP).</summary>
    public void Pause(int node) => Signals.Send(_processes[node], "STOP");

    public void Resume(int node) => Signals.Send(_processes[node], "CONT");

    public async ValueTask DisposeAsync()
    {
        _guards.ForEach(guard => guard.Dispose());
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private void Start(int port, int busPort)
    {
        string folder = _folder.CreateSubdirectory(port.ToString(CultureInfo.InvariantCulture)).FullName;
        ProcessStartInfo start = new("redis-server") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", $"{port}", "--cluster-port", $"{busPort}", "--cluster-enabled", "yes",
            "--dir", folder, "--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--logfile", "redis.log",
            "--cluster-node-timeout", _nodeTimeoutMilliseconds,
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _processes.Add(Process.Start(start)!);
        _guards.Add(OrphanGuard.Of(_processes[^1]));
    }

    private async Task JoinAsync()
    {
        List<ConnectionMultiplexer> clients = [];
        foreach (int port in _ports)
        {
            clients.Add(await ConnectAsync(port));
        }

        IServer[] servers = [.. clients.Select((client, i) => client.GetServer("127.0.0.1", _ports[i]))];
        for (int i = 0; i < _primaries; i++)
        {
            int first = SlotCount * i / _primaries;
            int last = (SlotCount * (i + 1) / _primaries) - 1;
            await servers[i].ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", first, last);
            await servers[i].ExecuteAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
        }

        foreach (IServer server in servers.Skip(1))
        {
            await server.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", _ports[0], _busPorts[0]);
        }

        foreach (IServer server in servers)
        {
            for (int attempt = 0; ; attempt++)
            {
                string info = (string?)await server.ExecuteAsync("CLUSTER", "INFO") ?? "";
                if (info.Contains("cluster_state:ok", StringComparison.Ordinal)
                    && info.Contains($"cluster_slots_assigned:{SlotCount}", StringComparison.Ordinal))
                {
                    break;
                }

                Assert.True(attempt < 600, info);
                await Task.Delay(100);
            }
        }

        for (int i = _primaries; i < servers.Length; i++)
        {
            // A node that has not heard of the primary yet refuses.
            string primary = (string)(await servers[i - _primaries].ExecuteAsync("CLUSTER", "MYID"))!;
            await RetryAsync(() => servers[i].ExecuteAsync("CLUSTER", "REPLICATE", primary));
            await RetryAsync(async () => Assert.Contains(
                "master_link_status:up",
                (string?)await servers[i].ExecuteAsync("INFO", "replication"),
                StringComparison.Ordinal));
        }

        foreach (ConnectionMultiplexer client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task RetryAsync(Func<Task> step)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception exception) when (
                attempt < 600 && exception is RedisException or TimeoutException or Xunit.Sdk.XunitException)
            {
                await Task.Delay(100);
            }
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(
                    $"127.0.0.1:{port},allowAdmin=true,connectTimeout=2000,asyncTimeout=60000");
            }
            catch (Exception exception) when (
                exception is RedisException or TimeoutException && attempt < 100 && !HasLostANode)
            {
                await Task.Delay(100);
            }
        }
    }
}

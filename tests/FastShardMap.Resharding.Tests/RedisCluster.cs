using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Processes of redis-server in cluster mode on loopback.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int SlotCount = 16_384;

    private readonly List<Process> _processes = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsmap-redis-");
    private readonly int[] _ports;
    private readonly int[] _busPorts;

    private RedisCluster(int count)
    {
        _ports = [.. Enumerable.Range(0, count).Select(_ => FreePort())];
        _busPorts = [.. Enumerable.Range(0, count).Select(_ => FreePort())];
    }

    public static bool IsInstalled { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    public string Configuration => string.Join(',', _ports.Select(port => $"127.0.0.1:{port}"));

    public static async Task<RedisCluster> StartAsync(int count)
    {
        RedisCluster cluster = new(count);
        try
        {
            for (int i = 0; i < count; i++)
            {
                cluster.Start(cluster._ports[i], cluster._busPorts[i]);
            }

            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Start(int port, int busPort)
    {
        string folder = _folder.CreateSubdirectory(port.ToString(CultureInfo.InvariantCulture)).FullName;
        ProcessStartInfo start = new("redis-server") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", $"{port}", "--cluster-port", $"{busPort}", "--cluster-enabled", "yes",
            "--dir", folder, "--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--logfile", "redis.log",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _processes.Add(Process.Start(start)!);
    }

    private async Task JoinAsync()
    {
        List<ConnectionMultiplexer> clients = [];
        foreach (int port in _ports)
        {
            clients.Add(await ConnectAsync(port));
        }

        IServer[] servers = [.. clients.Select((client, i) => client.GetServer("127.0.0.1", _ports[i]))];
        for (int i = 0; i < servers.Length; i++)
        {
            int first = SlotCount * i / servers.Length;
            int last = (SlotCount * (i + 1) / servers.Length) - 1;
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

        foreach (ConnectionMultiplexer client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(
                    $"127.0.0.1:{port},allowAdmin=true,connectTimeout=2000");
            }
            catch (RedisConnectionException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}

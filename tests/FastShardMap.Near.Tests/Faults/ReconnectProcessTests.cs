using System.Diagnostics;
using System.Globalization;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Many processes lose the engine at one instant, and come back.</summary>
[Collection(Exclusive.Name)]
public class ReconnectProcessTests
{
    private const int Keys = 20;
    private const int ReadersOfABurst = 8;

    /// <summary>A process has two connections for operations and two for a node's reports. What it may make to come
    /// back is three times that.</summary>
    private const int ConnectionsPerProcess = 12;

    /// <summary>Attempts while connections are closed at once. The longest delay between two of them is two
    /// seconds.</summary>
    private const int AttemptsPerSecond = 2;

    /// <summary>Sixteen if FASTSHARDMAP_SOAK is set: each costs a process of .NET.</summary>
    private static readonly int s_processes = Soak.IsOn ? 16 : 4;

    private static readonly TimeSpan s_maxStaleness = TimeSpan.FromSeconds(2);

    /// <summary>How long all processes together may take, also beside other work.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The engine's process is killed and started again, or a relay resets all connections and closes new ones
    /// for a while.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_OfManyProcessesWithoutTheirEngine_EndAndAreFreshAgain(bool throughRelay)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        RedisServer server = await RedisServer.StartAsync(Token);
        await using Relay relay = new(server.Port);

        // Many processes that start at once may need more than the five seconds of the client library.
        string configuration =
            RedisServer.ConfigurationAt(throughRelay ? relay.Port : server.Port) + ",connectTimeout=60000";
        string prefix = Engines.NewPrefix();
        string file = Path.GetTempFileName();
        using WriteLog log = new(file, Keys);
        NearMapOptions options = new(server.Configuration, prefix)
        {
            OperationTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        List<ClientProcess> clients = [];
        try
        {
            await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
            StormWriter writer = StormWriter.Start(map, log, Keys);
            try
            {
                clients.AddRange(await Task.WhenAll(Enumerable.Range(0, s_processes).Select(
                    _ => ClientProcess.StartAsync(configuration, prefix, file, Keys, s_maxStaleness))));
                await UntilAllAsync(clients, (_, now) => now is { IsLive: true, Hits: > 0 }, "near hits of all");

                if (throughRelay)
                {
                    long accepted = relay.Accepted;
                    long start = Stopwatch.GetTimestamp();
                    relay.Refuse();
                    await ExpectReadsToEndAsync(clients);
                    TimeSpan outage = Stopwatch.GetElapsedTime(start);
                    relay.Resume();
                    await ExpectFreshReadsAsync(clients);
                    ExpectFewConnections(relay.Accepted - accepted, s_processes, outage);
                }
                else
                {
                    await writer.StopAsync();
                    log.Lose(Keys);
                    server.Kill();
                    await ExpectReadsToEndAsync(clients);
                    RedisServer killed = server;
                    server = await RedisServer.StartAsync(Token, server.Port);
                    await killed.DisposeAsync();
                    writer = StormWriter.Start(map, log, Keys);
                    await ExpectFreshReadsAsync(clients);
                    long made = await CountAsync(server, "total_connections_received");
                    ExpectFewConnections(made, s_processes + 1, TimeSpan.Zero);
                }

                await ExpectFewReadsAtTheEngineAsync(clients, server, writer);
                await ExpectNoFaultAsync(clients);
            }
            finally
            {
                await writer.StopAsync();
            }
        }
        finally
        {
            foreach (ClientProcess client in clients)
            {
                await client.DisposeAsync();
            }

            await server.DisposeAsync();
            File.Delete(file);
        }
    }

    private static void ExpectFewConnections(long made, int processes, TimeSpan outage)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{made} connections of {processes} processes, {outage.TotalSeconds:0.0} s of them closed at once");
        Assert.InRange(
            made, processes, processes * (ConnectionsPerProcess + (AttemptsPerSecond * outage.TotalSeconds)));
    }

    /// <summary>Waits until each reader of each process has ended reads that began without the engine.</summary>
    private static Task ExpectReadsToEndAsync(List<ClientProcess> clients) => UntilAllAsync(
        clients,
        (before, now) => !now.IsLive && now.Failed > before.Failed && now.EndedByEach > before.EndedByEach + 3,
        "all readers go on without the engine");

    /// <summary>Waits until each process has hits again.</summary>
    private static Task ExpectFreshReadsAsync(List<ClientProcess> clients) => UntilAllAsync(
        clients, (before, now) => now.IsLive && now.Hits > before.Hits, "near hits of all after the outage");

    /// <summary>Many readers of each process miss the same keys at once: the engine is asked for a key about once per
    /// process.</summary>
    private static async Task ExpectFewReadsAtTheEngineAsync(
        List<ClientProcess> clients, RedisServer server, StormWriter writer)
    {
        await writer.StopAsync();
        await Task.WhenAll(clients.Select(client => client.AskAsync("pause")));
        StormReport[] before = await Task.WhenAll(clients.Select(client => client.ReportAsync()));
        long asked = await CountAsync(server, "cmdstat_get");
        string[] misses = await Task.WhenAll(clients.Select(client => client.AskAsync("burst")));
        asked = await CountAsync(server, "cmdstat_get") - asked;
        StormReport[] after = await Task.WhenAll(clients.Select(client => client.ReportAsync()));
        for (int client = 0; client < clients.Count; client++)
        {
            // A map that was suspended meanwhile keeps no copies.
            bool wasLive = after[client].IsLive && after[client].Suspensions == before[client].Suspensions;
            Assert.InRange(
                int.Parse(misses[client], CultureInfo.InvariantCulture),
                Keys,
                Keys * (wasLive ? ReadersOfABurst / 2 : ReadersOfABurst));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{asked} reads at the engine, {string.Join(' ', misses)} of each process");
        Assert.InRange(asked, Keys * s_processes, Keys * s_processes * ReadersOfABurst);
    }

    private static async Task ExpectNoFaultAsync(List<ClientProcess> clients)
    {
        foreach (ClientProcess client in clients)
        {
            StormReport report = await client.ReportAsync();
            Assert.True(report is { Beyond: 0, Reads: > 0 }, report.ToString());
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{report.Reads} reads, {report.Hits} hits, {report.Failed} failed, stalest {report.Stalest} ms");
            Assert.NotEmpty(report.Faults);
            Assert.Equal(0, await client.EndAsync());
            Assert.DoesNotContain(RedisServer.Password, client.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>Waits until a condition holds for each process, which compares with the report at the
    /// beginning.</summary>
    private static async Task UntilAllAsync(
        List<ClientProcess> clients, Func<StormReport, StormReport, bool> condition, string what)
    {
        await Task.WhenAll(clients.Select(async client =>
        {
            StormReport before = await client.ReportAsync();
            await Wait.UntilAsync(
                async () => condition(before, await client.ReportAsync()), what, s_limit, s_interval);
        }));
    }

    /// <summary>A number in what the server says of itself.</summary>
    private static async Task<long> CountAsync(RedisServer server, string name)
    {
        await using ConnectionMultiplexer connection =
            await ConnectionMultiplexer.ConnectAsync(
                server.Configuration + ",allowAdmin=true,connectTimeout=60000,asyncTimeout=60000");
        IServer admin = connection.GetServer(connection.GetEndPoints()[0]);
        string text = (string)(await admin.ExecuteAsync("INFO", "everything"))!;
        string line = text.Split("\r\n").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        string value = line[(name.Length + 1)..].Replace("calls=", "", StringComparison.Ordinal);
        return long.Parse(value.Split(',')[0], CultureInfo.InvariantCulture);
    }
}

using System.Globalization;
using System.Net;
using FastShardMap.Embedded;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>The engines that tests share. Each is started when the first test asks for it; each test uses prefixes of
/// its own.</summary>
public sealed class Engines : IAsyncLifetime
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromMinutes(4);

    private readonly SemaphoreSlim _gate = new(1);
    private EmbeddedEngine? _garnet;
    private EmbeddedEngine? _cluster;
    private RedisServer? _redis;
    private static int s_prefixes;

    /// <summary>A prefix that no other test has.</summary>
    public static string NewPrefix() => $"test{Interlocked.Increment(ref s_prefixes)}:";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The connection string of an engine. Skips the test if the engine is not installed.</summary>
    public async Task<string> ConfigurationOfAsync(EngineKind kind)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        if (kind is EngineKind.RedisTracking or EngineKind.RedisPublished)
        {
            Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        }

        await _gate.WaitAsync(token);
        try
        {
            switch (kind)
            {
                case EngineKind.Garnet:
                    _garnet ??= await EmbeddedEngine.StartAsync(
                        new EmbeddedEngineOptions { StartTimeout = s_startTimeout }, token);
                    return _garnet.Configuration;
                case EngineKind.GarnetCluster:
                    _cluster ??= await EmbeddedEngine.StartAsync(
                        new EmbeddedEngineOptions { NodeCount = 3, StartTimeout = s_startTimeout }, token);
                    return _cluster.Configuration;
                default:
                    _redis ??= await RedisServer.StartAsync(token);
                    return _redis.Configuration;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<NearMapOptions> OptionsAsync(EngineKind kind, string? prefix = null) =>
        new(await ConfigurationOfAsync(kind), prefix ?? NewPrefix())
        {
            Source = kind == EngineKind.RedisPublished ? InvalidationSource.Published : InvalidationSource.Auto,

            MaxBytes = 4 << 20,

            // On a loaded machine a heartbeat takes its time; tests of the bound set their own.
            MaxStaleness = TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            OperationTimeout = TimeSpan.FromSeconds(10),
        };

    /// <summary>A relay to an engine.</summary>
    internal async Task<Relay> RelayToAsync(EngineKind kind)
    {
        ConfigurationOptions direct = ConfigurationOptions.Parse(await ConfigurationOfAsync(kind));
        return new Relay(((IPEndPoint)direct.EndPoints[0]).Port);
    }

    /// <summary>How to connect to an engine through a relay.</summary>
    internal async Task<string> ConfigurationThroughAsync(EngineKind kind, Relay relay)
    {
        string password = ConfigurationOptions.Parse(await ConfigurationOfAsync(kind)).Password!;
        return string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{relay.Port},password={password}");
    }

    /// <summary>A connection of another program.</summary>
    public async Task<ConnectionMultiplexer> ForeignClientAsync(EngineKind kind)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(await ConfigurationOfAsync(kind));
        options.AllowAdmin = true;
        options.ConnectTimeout = options.AsyncTimeout = 60_000;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_garnet is not null)
        {
            await _garnet.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _gate.Dispose();
    }
}

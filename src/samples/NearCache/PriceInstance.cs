using System.Globalization;
using FastShardMap.Near;

namespace NearCache;

/// <summary>One instance of the service: a web server and its near map.</summary>
internal sealed class PriceInstance : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly NearMap<long, long> _prices;

    private PriceInstance(WebApplication app, NearMap<long, long> prices)
    {
        _app = app;
        _prices = prices;
    }

    /// <summary>Where the instance listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Completes when the instance is asked to stop, as by Ctrl+C.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Starts an instance; port 0 takes a free one.</summary>
    public static async Task<PriceInstance> StartAsync(string configuration, int port)
    {
        NearMapOptions options = new(configuration, "prices:")
        {
            MaxStaleness = TimeSpan.FromSeconds(1),
            CountHits = true,
        };
        NearMap<long, long> prices = await NearMap<long, long>.ConnectAsync(options);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddSingleton(prices);
        builder.Services.AddHealthChecks().AddCheck<NearMapHealthCheck>("near");
        builder.Services.ConfigureHttpJsonOptions(
            static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PriceJson.Default));
        WebApplication app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapGet("/prices/{id:long}", GetAsync);
        app.MapPut("/prices/{id:long}", PutAsync);
        app.MapGet("/near", Tell);
        await app.StartAsync();
        return new PriceInstance(app, prices);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _prices.DisposeAsync();
    }

    private static async Task<IResult> GetAsync(long id, NearMap<long, long> prices, CancellationToken cancellation)
    {
        NearResult<long> price = await prices.GetAsync(id, cancellationToken: cancellation);
        return price.Found ? Results.Ok(new PriceAnswer(price.Value, price.IsNear)) : Results.NotFound();
    }

    private static async Task<IResult> PutAsync(
        long id, long cents, NearMap<long, long> prices, CancellationToken cancellation)
    {
        await prices.SetAsync(id, cents, cancellationToken: cancellation);
        return Results.NoContent();
    }

    private static IResult Tell(NearMap<long, long> prices)
    {
        NearStatistics statistics = prices.GetStatistics();
        return Results.Ok(new NearAnswer(
            prices.State.ToString(),
            prices.Source.ToString(),
            prices.StalenessBound.TotalSeconds,
            statistics.Entries,
            statistics.Hits,
            statistics.Misses,
            statistics.Invalidations));
    }
}

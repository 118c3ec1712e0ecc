using System.Globalization;
using FastShardMap.Near;

namespace NearCache;

/// <summary>One instance of the service: a web server and its near map.</summary>
internal sealed class PriceInstance : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PriceInstance(WebApplication app) => _app = app;

    /// <summary>Where the instance listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Completes when the instance is asked to stop, as by Ctrl+C.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Starts an instance; port 0 takes a free one.</summary>
    public static async Task<PriceInstance> StartAsync(string configuration, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddShardMapNearMap<long, long>("prices", options =>
        {
            options.ConnectionString = configuration;
            options.MaxStaleness = TimeSpan.FromSeconds(1);
            options.CountHits = true;
        });
        builder.Services.AddHealthChecks().AddShardMapNearMap("prices");
        builder.Services.ConfigureHttpJsonOptions(
            static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PriceJson.Default));
        WebApplication app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapGet("/prices/{id:long}", GetAsync);
        app.MapPut("/prices/{id:long}", PutAsync);
        app.MapGet("/near", Tell);
        await app.StartAsync();
        return new PriceInstance(app);
    }

    /// <summary>Stops the web server, and closes the near map with the services.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

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

using System.Globalization;
using FastShardMap.Near;
using HybridCacheService;
using Microsoft.Extensions.Caching.Hybrid;

namespace NearHybridCache;

/// <summary>One instance of the service: a web server, HybridCache, and the near map below it.</summary>
internal sealed class ReportInstance : IAsyncDisposable
{
    private static readonly HybridCacheEntryOptions s_minutes = new() { Expiration = TimeSpan.FromMinutes(5) };

    private readonly WebApplication _app;

    private ReportInstance(WebApplication app) => _app = app;

    /// <summary>Where the instance listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Completes when the instance is asked to stop, as by Ctrl+C.</summary>
    public Task Stopped => _app.WaitForShutdownAsync();

    /// <summary>Starts an instance; port 0 takes a free one.</summary>
    public static async Task<ReportInstance> StartAsync(string configuration, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddSingleton<ReportMaker>();
        builder.Services.AddShardMapNearCache("reports", options =>
        {
            options.ConnectionString = configuration;
            options.MaxBytes = 64 << 20;
            options.CountHits = true;
        });
        builder.Services.AddHealthChecks().AddShardMapNearMap("reports");
        WebApplication app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapGet("/reports/{id:int}", GetAsync);
        app.MapDelete("/reports/{id:int}", RemoveAsync);
        app.MapGet("/near", Tell);
        await app.StartAsync();
        return new ReportInstance(app);
    }

    /// <summary>Stops the web server, and closes the near map with the services.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<IResult> GetAsync(
        int id, HybridCache cache, ReportMaker maker, CancellationToken cancellation)
    {
        string report = await cache.GetOrCreateAsync(
            $"report:{id}",
            (Maker: maker, Id: id),
            static (state, token) => state.Maker.MakeAsync(state.Id, token),
            s_minutes,
            cancellationToken: cancellation);
        return Results.Text(report);
    }

    /// <summary>All instances drop their copies, and the next request makes the report anew.</summary>
    private static async Task<IResult> RemoveAsync(int id, HybridCache cache, CancellationToken cancellation)
    {
        await cache.RemoveAsync($"report:{id}", cancellation);
        return Results.NoContent();
    }

    private static IResult Tell(NearBytes map, ReportMaker maker)
    {
        NearStatistics statistics = map.GetStatistics();
        return Results.Text(string.Create(
            CultureInfo.InvariantCulture,
            $"{map.State}, {maker.Made} made here, {statistics.Hits} near hits, {statistics.Misses} misses"));
    }
}

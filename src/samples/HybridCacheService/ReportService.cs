using FastShardMap;
using Microsoft.Extensions.Caching.Hybrid;

namespace HybridCacheService;

/// <summary>The service: two requests, and a cache of at most 64 MiB.</summary>
internal static class ReportService
{
    private const long MaxBytes = 64 << 20;
    private static readonly HybridCacheEntryOptions s_minutes = new() { Expiration = TimeSpan.FromMinutes(5) };

    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddSingleton<ReportMaker>();
        builder.Services.AddShardMapHybridCache(static options => options.MaxBytes = MaxBytes);
        WebApplication service = builder.Build();
        service.MapGet("/reports/{id:int}", static async (
            int id, HybridCache cache, ReportMaker maker, CancellationToken cancellation) =>
        {
            // Of many requests for one report, one makes it, and those that come meanwhile wait for it.
            string report = await cache.GetOrCreateAsync(
                $"report:{id}",
                (Maker: maker, Id: id),
                static (state, token) => state.Maker.MakeAsync(state.Id, token),
                s_minutes,
                cancellationToken: cancellation);
            return Results.Text(report);
        });
        service.MapGet("/cache", static (BlobShardCache cache, ReportMaker maker) => Results.Text(
            $"{cache.Count} reports, {cache.BytesAllocated} of at most {cache.MaxBytes} bytes, {maker.Made} made\n"));
        return service;
    }
}

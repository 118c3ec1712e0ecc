using System.Globalization;
using HybridCacheService;
using Microsoft.AspNetCore.Builder;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>The sample service whose reports are in a bounded cache.</summary>
public sealed class HybridCacheServiceTests
{
    private const int Requests = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reports_OfManyRequestsAtOnce_AreMadeForAllAndCached()
    {
        await using WebApplication service = ReportService.Build(["--urls", "http://127.0.0.1:0"]);
        await service.StartAsync(Token);
        using HttpClient client = new() { BaseAddress = new Uri(service.Urls.Single()) };

        string[] reports = await Task.WhenAll(
            Enumerable.Range(0, Requests).Select(_ => client.GetStringAsync("/reports/7", Token)));
        Assert.StartsWith("report 7, line 1\n", reports[0], StringComparison.Ordinal);
        Assert.Single(reports.Distinct());
        Assert.Equal(reports[0], await client.GetStringAsync("/reports/7", Token));
        string cache = await client.GetStringAsync("/cache", Token);
        Assert.StartsWith("1 reports, ", cache, StringComparison.Ordinal);
        // Once, and again for a request that comes between the end of the first flight and the store that follows it.
        Assert.InRange(int.Parse(cache.Split(' ')[^2], CultureInfo.InvariantCulture), 1, Requests / 2);
    }
}

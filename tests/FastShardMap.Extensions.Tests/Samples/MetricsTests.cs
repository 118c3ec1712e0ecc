using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastShardMap.Near.Diagnostics;
using FastShardMap.Tests.Conventions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>
/// The metrics that the sample service exposes through OpenTelemetry, and the dashboard that shows them.
/// </summary>
public sealed partial class MetricsTests : IDisposable
{
    private const string Dashboard = "src/samples/SessionService/grafana-dashboard.json";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task MetricsPage_OfTheService_ShowsItsMap()
    {
        using SampleService service = await SampleService.StartAsync(_folder, [], Cancellation);
        Dictionary<string, double> before = Parse(await service.Client.GetStringAsync("/metrics", Cancellation));
        for (int user = 0; user < 25; user++)
        {
            using HttpResponseMessage response =
                await service.Client.PostAsync($"/sessions?user={user}", content: null, Cancellation);
            response.EnsureSuccessStatusCode();
        }

        // The exporter answers from its cache for a while.
        Dictionary<string, double> after;
        do
        {
            await Task.Delay(100, Cancellation);
            after = Parse(await service.Client.GetStringAsync("/metrics", Cancellation));
        }
        while (after["fastshardmap_map_entries"] < 25);

        Assert.Equal(0, before["fastshardmap_map_entries"]);
        Assert.Equal(25, after["fastshardmap_map_entries"]);
        Assert.True(after["fastshardmap_map_memory_usage_bytes"] > 0);
        Assert.InRange(after["fastshardmap_map_load_factor"], 0.01, 1);
        Assert.Equal(1, after["fastshardmap_map_migration_progress"]);
        Assert.Equal(0, after["fastshardmap_undisposed_memory_bytes_total"]);
        await service.StopAsync(Cancellation);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Dashboard_ComparedWithTheMetricsPage_ShowsEveryMetric()
    {
        using SampleService service = await SampleService.StartAsync(_folder, [], Cancellation);
        string page = await service.Client.GetStringAsync("/metrics", Cancellation);
        string[] exposed = [.. Parse(page).Keys.Order(StringComparer.Ordinal)];
        await service.StopAsync(Cancellation);

        Assert.Equal(exposed, MetricsOfTheDashboard().Where(static name => !IsOfCopies(name)));
    }

    [Fact]
    public async Task Dashboard_ComparedWithTheExporter_ShowsEveryMetricOfCachesAndNearMaps()
    {
        using ShardCache<int, int> cache = new(new ShardCacheOptions { MaxEntries = 10, Name = "dashboard" });
        using NearMeter near = new("dashboard", static () => default, static () => TimeSpan.Zero);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(
            static metrics => metrics.AddMeter("FastShardMap.Cache", "FastShardMap.Near").AddPrometheusExporter());
        await using WebApplication app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        await app.StartAsync(Cancellation);
        near.RecordHeartbeat(TimeSpan.FromMilliseconds(1));
        using HttpClient client = new();
        string page = await client.GetStringAsync($"{app.Urls.Single()}/metrics", Cancellation);
        await app.StopAsync(Cancellation);

        // A histogram has two more metrics than its buckets.
        IEnumerable<string> exposed =
            from line in page.Split('\n')
            where line.Contains('{', StringComparison.Ordinal)
            let name = line[..line.IndexOf('{', StringComparison.Ordinal)]
            where IsOfCopies(name)
            where !name.EndsWith("_sum", StringComparison.Ordinal) && !name.EndsWith("_count", StringComparison.Ordinal)
            select name;
        Assert.Equal(
            exposed.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            MetricsOfTheDashboard().Where(IsOfCopies));
    }

    [Fact]
    public void Dashboard_ComparedWithTheInstruments_ShowsEveryInstrumentOfMaps()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = "dashboard" });
        HashSet<string> instruments = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "FastShardMap")
            {
                instruments.Add(instrument.Name.Replace('.', '_'));
            }
        };
        listener.Start();
        string[] shown = MetricsOfTheDashboard();

        Assert.NotEmpty(instruments);
        Assert.All(
            instruments,
            name => Assert.True(
                Array.Exists(shown, metric => metric.StartsWith(name, StringComparison.Ordinal)),
                $"{Dashboard} has no panel for {name}."));
    }

    [Fact]
    public void Dashboard_Itself_HasPanelsWithTitlesThatDoNotOverlap()
    {
        using JsonDocument dashboard = JsonDocument.Parse(Repository.ReadText(Dashboard));
        HashSet<(int X, int Y)> cells = [];
        HashSet<int> ids = [];
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            Assert.False(string.IsNullOrEmpty(panel.GetProperty("title").GetString()));
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()));
            JsonElement place = panel.GetProperty("gridPos");
            int left = place.GetProperty("x").GetInt32();
            int top = place.GetProperty("y").GetInt32();
            for (int x = left; x < left + place.GetProperty("w").GetInt32(); x++)
            {
                for (int y = top; y < top + place.GetProperty("h").GetInt32(); y++)
                {
                    Assert.InRange(x, 0, 23);
                    Assert.True(cells.Add((x, y)), $"Two panels are at {x}, {y}.");
                }
            }
        }
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Service_WithACollector_PushesToIt()
    {
        using TcpListener collector = new(IPAddress.Loopback, 0);
        collector.Start();
        using SampleService service = await SampleService.StartAsync(
            _folder,
            [],
            Cancellation,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"));

        // The first may come before the instruments are known.
        string request;
        do
        {
            request = await AnswerARequest(collector);
        }
        while (!request.Contains("fastshardmap.map.probe.length", StringComparison.Ordinal));

        // Names and tags are plain text in the message's binary format.
        Assert.StartsWith("POST /v1/metrics ", request, StringComparison.Ordinal);
        Assert.Contains("fastshardmap.map.entries", request, StringComparison.Ordinal);
        Assert.Contains("sessions", request, StringComparison.Ordinal);
    }

    private static bool IsOfCopies(string metric) => metric.StartsWith("cache_", StringComparison.Ordinal)
        || metric.StartsWith("fastshardmap_near_", StringComparison.Ordinal);

    private static string[] MetricsOfTheDashboard()
    {
        using JsonDocument dashboard = JsonDocument.Parse(Repository.ReadText(Dashboard));
        HashSet<string> metrics = new(StringComparer.Ordinal);
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out JsonElement targets))
            {
                metrics.UnionWith(
                    from target in targets.EnumerateArray()
                    from match in MetricName().Matches(target.GetProperty("expr").GetString()!)
                    select match.Groups[1].Value);
            }
        }

        return [.. metrics.Order(StringComparer.Ordinal)];
    }

    private static Dictionary<string, double> Parse(string page)
    {
        Dictionary<string, double> values = new(StringComparer.Ordinal);
        foreach (string line in page.Split('\n').Where(
            line => line.StartsWith("fastshardmap_", StringComparison.Ordinal)))
        {
            string name = line[..line.IndexOf('{', StringComparison.Ordinal)];
            Assert.Equal(
                name.StartsWith("fastshardmap_map_", StringComparison.Ordinal),
                line.Contains("fastshardmap_map_name=\"sessions\"", StringComparison.Ordinal));
            values.Add(name, double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 2)..].Split(' ')[0],
                CultureInfo.InvariantCulture));
        }

        return values;
    }

    private static async Task<string> AnswerARequest(TcpListener collector)
    {
        using TcpClient connection = await collector.AcceptTcpClientAsync(Cancellation);
        NetworkStream stream = connection.GetStream();
        StringBuilder request = new();
        byte[] buffer = new byte[4096];
        while (BytesMissing(request.ToString()) > 0)
        {
            int read = await stream.ReadAsync(buffer, Cancellation);
            Assert.True(read > 0, request.ToString());
            request.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        await stream.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancellation);
        return request.ToString();
    }

    private static int BytesMissing(string request)
    {
        const string Length = "\r\nContent-Length: ";
        int body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        int length = request.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return body < 4 || length < 0 ? 1
            : body + int.Parse(
                request.AsSpan(length + Length.Length)[..request.AsSpan(length + Length.Length).IndexOf('\r')],
                CultureInfo.InvariantCulture) - request.Length;
    }

    [GeneratedRegex(@"\b((?:fastshardmap|cache)_\w+)(?=\{|$)")]
    private static partial Regex MetricName();
}

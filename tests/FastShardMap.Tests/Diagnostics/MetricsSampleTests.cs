using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>
/// The sample that exposes metrics through OpenTelemetry, as a process of its own and asked over loopback.
/// </summary>
public sealed class MetricsSampleTests
{
    [Fact]
    [Trait("Category", "Heavy")]
    public Task MetricsSample_AskedOverHttp_ExposesEveryInstrumentOfItsMap() => WithSample([], async (address, limit) =>
    {
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        Dictionary<string, double> before = Parse(await client.GetStringAsync("/metrics", limit));
        for (int i = 0; i < 25; i++)
        {
            Assert.Equal($"{i}", await client.GetStringAsync("/orders", limit));
        }

        Dictionary<string, double> after = Parse(await client.GetStringAsync("/metrics", limit));
        Assert.Equal(0, before["fastshardmap_map_entries"]);
        Assert.Equal(25, after["fastshardmap_map_entries"]);
        Assert.True(after["fastshardmap_map_memory_usage_bytes"] > 0);
        Assert.InRange(after["fastshardmap_map_load_factor"], 0.01, 1);
        Assert.Equal(0, after["fastshardmap_map_lock_wait_duration_seconds_total"]);
        Assert.Equal(1, after["fastshardmap_map_migration_progress"]);
        Assert.Equal(0, after["fastshardmap_undisposed_memory_bytes_total"]);
        Assert.Equal(17, after.Count);
    });

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task MetricsSample_WithACollector_PushesToIt()
    {
        using TcpListener collector = new(IPAddress.Loopback, 0);
        collector.Start();
        (string Name, string Value)[] environment =
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ];
        await WithSample(environment, async (_, limit) =>
        {
            // The first may come before the instruments are known.
            string request;
            do
            {
                request = await AnswerARequest(collector, limit);
            }
            while (!request.Contains("fastshardmap.map.probe.length", StringComparison.Ordinal));

            // Names and tags are plain text in the message's binary format.
            Assert.StartsWith("POST /v1/metrics ", request, StringComparison.Ordinal);
            Assert.Contains("fastshardmap.map.entries", request, StringComparison.Ordinal);
            Assert.Contains("orders", request, StringComparison.Ordinal);
        });
    }

    private static async Task<string> AnswerARequest(TcpListener collector, CancellationToken limit)
    {
        using TcpClient connection = await collector.AcceptTcpClientAsync(limit);
        NetworkStream stream = connection.GetStream();
        StringBuilder request = new();
        byte[] buffer = new byte[4096];
        while (BytesMissing(request.ToString()) > 0)
        {
            int read = await stream.ReadAsync(buffer, limit);
            Assert.True(read > 0, request.ToString());
            request.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), limit);
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

    private static async Task WithSample(
        (string Name, string Value)[] environment, Func<string, CancellationToken, Task> use)
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
                ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "FastShardMap.MetricsSample.dll")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        using Process process = Process.Start(start)!;
        try
        {
            string address = await process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException("The sample has ended.");
            await use(address, limit.Token);
        }
        finally
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            {
                process.Kill();
            }
        }

        Assert.Equal(0, process.ExitCode);
    }

    private static Dictionary<string, double> Parse(string page)
    {
        Dictionary<string, double> values = new(StringComparer.Ordinal);
        foreach (string line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            string[] parts = line.Split(' ');

            // Those of no map in particular have no label.
            string labels = parts[0].StartsWith("fastshardmap_map_", StringComparison.Ordinal)
                ? "{fastshardmap_map_name=\"orders\",}"
                : "{}";
            Assert.EndsWith(labels, parts[0], StringComparison.Ordinal);
            values.Add(parts[0][..^labels.Length], double.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        return values;
    }
}

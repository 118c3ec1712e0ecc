using System.Globalization;
using System.Net;
using System.Text;
using FastShardMap;
using FastShardMap.MetricsSample;
using OpenTelemetry;
using OpenTelemetry.Metrics;

// A small service with a map, and its metrics through OpenTelemetry: at /metrics for a Prometheus server that asks,
// and, if OTEL_EXPORTER_OTLP_ENDPOINT is set, pushed to a collector. Everything else is a request that adds an order.
// It prints its address, and ends with its standard input.
using ShardMap<long, long> orders = new(new ShardMapOptions { Name = "orders" });
using PrometheusTextExporter prometheus = new();
using BaseExportingMetricReader reader = new(prometheus);
MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder().AddMeter("FastShardMap").AddReader(reader);
if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
{
    builder.AddOtlpExporter();
}

using MeterProvider provider = builder.Build();
using HttpListener listener = Start(out string address);
Console.WriteLine(address);
Task serving = ServeAsync();
while (await Console.In.ReadLineAsync() is not null)
{
}

listener.Stop();
await serving;

async Task ServeAsync()
{
    while (true)
    {
        HttpListenerContext context;
        try
        {
            context = await listener.GetContextAsync();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            return; // stopped
        }

        string answer = context.Request.Url?.AbsolutePath == "/metrics"
            ? prometheus.Collect()
            : orders
                .AddOrUpdate(orders.Count, static key => key, static (_, value) => value)
                .ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: false);
    }
}

// The listener takes no "any free port": one is guessed until it is free.
static HttpListener Start(out string address)
{
    for (int attempt = 0; ; attempt++)
    {
        address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/";
        HttpListener listener = new();
        listener.Prefixes.Add(address);
        try
        {
            listener.Start();
            return listener;
        }
        catch (HttpListenerException) when (attempt < 100)
        {
            listener.Close();
        }
    }
}

using FastShardMap;
using OpenTelemetry.Metrics;
using SessionService;

// A service that keeps sessions in a ShardMap: POST /sessions?user=1, GET and DELETE /sessions/{id}, /health, /metrics.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.ConfigureHttpJsonOptions(
    static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, SessionJson.Default));
builder.Services.AddSingleton(TimeProvider.System);

SessionSettings settings = new();
builder.Configuration.GetSection("Sessions").Bind(settings);
builder.Services.AddOptions<SessionSettings>().Bind(builder.Configuration.GetSection("Sessions"));
IHealthChecksBuilder health = builder.Services.AddHealthChecks();
if (settings.Store == SessionStoreKind.ShardMap)
{
    builder.Services.AddShardMap<Guid, Session>("sessions", builder.Configuration.GetSection("Maps:Sessions"));
    builder.Services.AddSingleton<ISessionStore>(static services =>
        new ShardMapSessionStore(services.GetRequiredKeyedService<ShardMap<Guid, Session>>("sessions")));
    health.AddShardMap("sessions");
}
else
{
    builder.Services.AddSingleton<ISessionStore, DictionarySessionStore>();
}

builder.Services.AddHostedService<SessionExpiry>();
builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
{
    metrics.AddMeter("FastShardMap", "System.Runtime", "Microsoft.AspNetCore.Hosting").AddPrometheusExporter();
    if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
    {
        metrics.AddOtlpExporter();
    }
});

WebApplication app = builder.Build();
SessionEndpoints.Map(app);
app.MapHealthChecks("/health");
app.MapPrometheusScrapingEndpoint();
if (settings.StopWithInput)
{
    _ = Task.Run(async () =>
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        app.Lifetime.StopApplication();
    });
}

await app.RunAsync();

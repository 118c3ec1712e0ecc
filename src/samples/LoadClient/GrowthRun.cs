using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LoadClient;

/// <summary>What requests see while the store of one service grows from nearly nothing.</summary>
internal sealed record GrowthRun(
    string Store,
    Request[] Requests,
    Percentiles Latency,
    TimeSpan Growth,
    double GcPauseSeconds,
    int FullCollections,
    long WorkingSet)
{
    private const int Known = 1_000;
    private const int Warmup = 2_000;

    /// <summary>Starts a service, grows it and measures it.</summary>
    public static async Task<GrowthRun> MeasureAsync(string store, LoadOptions options)
    {
        using ServiceProcess service = await ServiceProcess.StartAsync(store);
        string[] paths = await AddSessionsAsync(service.Client);
        for (int i = 0; i < Warmup; i++)
        {
            await service.Client.GetStringAsync(paths[i % paths.Length]);
        }

        JsonElement before = await StatisticsAsync(service.Client);
        using RequestStream stream = new(service.Client, paths, options.Rate, options.Connections);
        long started = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await service.Client.PostAsync(
            string.Create(CultureInfo.InvariantCulture, $"/fill?count={options.Sessions}"), content: null);
        response.EnsureSuccessStatusCode();
        TimeSpan growth = Stopwatch.GetElapsedTime(started);
        Request[] requests = await stream.StopAsync();
        JsonElement after = await StatisticsAsync(service.Client);
        return new GrowthRun(
            store,
            requests,
            Percentiles.Of([.. requests.Select(static request => request.Latency)]),
            growth,
            after.GetProperty("gcPauseSeconds").GetDouble() - before.GetProperty("gcPauseSeconds").GetDouble(),
            after.GetProperty("generation2Collections").GetInt32()
                - before.GetProperty("generation2Collections").GetInt32(),
            after.GetProperty("workingSet").GetInt64());
    }

    private static async Task<string[]> AddSessionsAsync(HttpClient client)
    {
        List<string> paths = [];
        for (int user = 0; user < Known; user++)
        {
            using HttpResponseMessage response = await client.PostAsync(
                string.Create(CultureInfo.InvariantCulture, $"/sessions?user={user}"), content: null);
            response.EnsureSuccessStatusCode();
            paths.Add(response.Headers.Location!.ToString());
        }

        return [.. paths];
    }

    private static async Task<JsonElement> StatisticsAsync(HttpClient client)
    {
        using JsonDocument document = JsonDocument.Parse(await client.GetStringAsync("/stats"));
        return document.RootElement.Clone();
    }
}

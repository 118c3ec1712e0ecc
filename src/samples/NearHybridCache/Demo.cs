using System.Diagnostics;

namespace NearHybridCache;

/// <summary>Two instances, and a report that one of them makes.</summary>
internal static class Demo
{
    private static readonly Uri s_report = new("reports/7", UriKind.Relative);
    private static readonly Uri s_near = new("near", UriKind.Relative);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Shows it.</summary>
    /// <returns>Whether the second instance took the report of the first one, and made it anew after its
    /// removal.</returns>
    public static async Task<bool> RunAsync(string configuration, TextWriter output)
    {
        await using ReportInstance first = await ReportInstance.StartAsync(configuration, port: 0);
        await using ReportInstance second = await ReportInstance.StartAsync(configuration, port: 0);
        using HttpClient one = new() { BaseAddress = first.Address };
        using HttpClient two = new() { BaseAddress = second.Address };

        // HybridCache stores a report when it has answered with it already.
        await GetUntilAsync(
            one, told => !told.Contains(" 0 near hits", StringComparison.Ordinal), "instance 1", output);
        await two.GetStringAsync(s_report);
        string taken = await GetUntilAsync(
            two, told => !told.Contains(" 0 near hits", StringComparison.Ordinal), "instance 2", output);

        using HttpResponseMessage answer = await one.DeleteAsync(s_report);
        answer.EnsureSuccessStatusCode();
        await output.WriteLineAsync("instance 1: removed the report");
        string made = await GetUntilAsync(
            two, told => told.Contains("1 made here", StringComparison.Ordinal), "instance 2", output);
        return taken.Contains("0 made here", StringComparison.Ordinal)
            && made.Contains("1 made here", StringComparison.Ordinal);
    }

    /// <summary>Asks for the report until the instance tells what is expected, and writes what it tells.</summary>
    private static async Task<string> GetUntilAsync(
        HttpClient client, Func<string, bool> isExpected, string name, TextWriter output)
    {
        Stopwatch time = Stopwatch.StartNew();
        string told;
        do
        {
            await client.GetStringAsync(s_report);
            told = await client.GetStringAsync(s_near);
        }
        while (!isExpected(told) && time.Elapsed < s_limit);

        await output.WriteLineAsync($"{name}: {told}");
        return told;
    }
}

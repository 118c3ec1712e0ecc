using System.Diagnostics;
using System.Net.Http.Json;

namespace NearCache;

/// <summary>Two instances, and a price that one of them changes.</summary>
internal static class Demo
{
    private const string Price = "prices/42";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Shows it.</summary>
    /// <returns>Whether the second instance saw the change.</returns>
    public static async Task<bool> RunAsync(string configuration, TextWriter output)
    {
        await using PriceInstance first = await PriceInstance.StartAsync(configuration, port: 0);
        await using PriceInstance second = await PriceInstance.StartAsync(configuration, port: 0);
        using HttpClient one = new() { BaseAddress = first.Address };
        using HttpClient two = new() { BaseAddress = second.Address };

        await PutAsync(one, 1999, output);
        await GetUntilAsync(two, answer => answer.Cents == 1999, "instance 2", output);
        await GetUntilAsync(two, answer => answer.IsNear, "instance 2", output);
        await PutAsync(one, 2099, output);
        PriceAnswer? last = await GetUntilAsync(two, answer => answer.Cents == 2099, "instance 2", output);
        await output.WriteLineAsync($"instance 2: {await two.GetStringAsync(new Uri("near", UriKind.Relative))}");
        return last is not null;
    }

    private static async Task PutAsync(HttpClient client, long cents, TextWriter output)
    {
        Uri address = new($"{Price}?cents={cents}", UriKind.Relative);
        using HttpResponseMessage answer = await client.PutAsync(address, content: null);
        answer.EnsureSuccessStatusCode();
        await output.WriteLineAsync($"instance 1: price 42 is now {cents}");
    }

    private static async Task<PriceAnswer?> GetUntilAsync(
        HttpClient client, Func<PriceAnswer, bool> isExpected, string name, TextWriter output)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (time.Elapsed < s_limit)
        {
            PriceAnswer? answer = await client.GetFromJsonAsync(
                new Uri(Price, UriKind.Relative), PriceJson.Default.PriceAnswer);
            if (answer is not null && isExpected(answer))
            {
                await output.WriteLineAsync(
                    $"{name}: price 42 is {answer.Cents}, from {(answer.IsNear ? "its near copy" : "the engine")}");
                return answer;
            }
        }

        await output.WriteLineAsync($"{name}: the expected answer did not come");
        return null;
    }
}

using System.Diagnostics;
using LoadClient;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>The load client: its arithmetic, and a short run.</summary>
public class LoadClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_AThousandLatencies_AreTheirPercentiles()
    {
        double[] latencies = [.. Enumerable.Range(1, 1_000).Reverse().Select(i => (double)i)];

        Assert.Equal(new Percentiles(1_000, P50: 500, P99: 990, P999: 999, Max: 1_000), Percentiles.Of(latencies));
        Assert.Equal(new Percentiles(1, 7, 7, 7, 7), Percentiles.Of([7]));
        Assert.Equal(0, Percentiles.Of([]).Count);
    }

    [Theory]
    [InlineData("--sessions")]
    [InlineData("--sessions", "0")]
    [InlineData("--sessions", "10000001")]
    [InlineData("--rate", "many")]
    [InlineData("--colour", "1")]
    public void Parse_BadArguments_NamesThem(params string[] arguments)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => LoadOptions.Parse(arguments));

        Assert.StartsWith(arguments[0], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Run_OfAFewThousandSessions_ComparesBothStores()
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "LoadClient.dll"),
                "--sessions", "20000", "--rate", "200", "--connections", "2", "--rounds", "1",
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("| ShardMap |", Squeezed(output), StringComparison.Ordinal);
        Assert.Contains("| p99.9, ms |", Squeezed(output), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", output, StringComparison.Ordinal);
    }

    private static string Squeezed(string table) =>
        string.Join(' ', table.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using System.Diagnostics;
using System.Xml.Linq;
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
    [InlineData("--plot")]
    public void Parse_BadArguments_NamesThem(params string[] arguments)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => LoadClient.LoadOptions.Parse(arguments));

        Assert.StartsWith(arguments[0], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_OfTwoRuns_ShowsTheSlowestRequestOfEachMoment()
    {
        // Request 500 is due at 0.5 s, in the middle of the axis, and no other request comes near it.
        Request[] requests = [.. Enumerable.Range(0, 1_000).Select(
            static i => new Request(TimeSpan.FromMilliseconds(i), i == 500 ? 100 : 1))];
        GrowthRun fast = Run("fast", [.. requests.Select(static request => request with { Latency = 1 })]);

        XDocument svg = XDocument.Parse(LatencyPlot.Draw([fast, Run("slow", requests)]));

        string[] lines = [.. Paths(svg)];
        Assert.Equal(2, lines.Length);
        Assert.Contains("L490 253.3L", lines[0], StringComparison.Ordinal);
        Assert.Contains("L490 40L", lines[1], StringComparison.Ordinal);
        Assert.Contains("slow, p99.9 1 ms", svg.Root!.Value, StringComparison.Ordinal);

        static GrowthRun Run(string store, Request[] requests) => new(
            store,
            requests,
            Percentiles.Of([.. requests.Select(static request => request.Latency)]),
            TimeSpan.FromSeconds(1),
            GcPauseSeconds: 0,
            FullCollections: 0,
            WorkingSet: 0);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Run_OfAFewThousandSessions_ComparesBothStores()
    {
        string plot = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".svg");
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "LoadClient.dll"),
                "--sessions", "20000", "--rate", "200", "--connections", "2", "--rounds", "1",
                "--plot", plot,
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
        Assert.Equal(2, Paths(XDocument.Load(plot)).Count());
        File.Delete(plot);
    }

    private static IEnumerable<string> Paths(XDocument svg) => svg.Root!
        .Elements(XName.Get("path", "http://www.w3.org/2000/svg"))
        .Where(static path => (string?)path.Attribute("fill") == "none")
        .Select(static path => (string)path.Attribute("d")!);

    private static string Squeezed(string table) =>
        string.Join(' ', table.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Tracing;

/// <summary>A chain that was planted is the chain that is found. Heavy: needs the diagnostics port of another process.</summary>
[Trait("Category", "Heavy")]
public sealed class TraceCommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    [Fact]
    public async Task Trace_PlantedChain_IsFound()
    {
        string chrome = Path.Combine(specimen.Folder, "chrome.json");
        string raw = Path.Combine(specimen.Folder, "trace.nettrace");
        Task plot = Task.Run(() =>
        {
            // Not after some time: on a busy machine the session may begin later.
            Assert.True(SpinWait.SpinUntil(() => File.Exists(raw) && new FileInfo(raw).Length > 0, TimeSpan.FromMinutes(1)));
            specimen.Ask("chain");
        });
        (int code, string text) = SpecimenProcess.Run("trace", specimen.IdText, "--duration", "4s", "--chrome", chrome, "--nettrace", raw);
        await plot;

        Assert.Equal(0, code);
        string verdict = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        Assert.Matches(@"^VERDICT: worst chain Anna \(\d+\) → Berta \(\d+\) → Carla \(\d+\): .* Carla \(\d+\) held shard 0 of ShardMap<Int32, Int32> 'second'", verdict);

        JsonElement json = SpecimenProcess.RunJson("trace", raw);
        JsonElement chain = json.GetProperty("Chains")[0];
        Assert.Equal(2, chain.GetProperty("Hops").GetInt32());
        Assert.InRange(chain.GetProperty("TotalMilliseconds").GetDouble(), 300, 1_500);
        Assert.Contains(
            json.GetProperty("Waits").EnumerateArray().SelectMany(wait => wait.GetProperty("Stack").EnumerateArray()),
            frame => frame.GetString()!.Contains("BlockingPlot", StringComparison.Ordinal));
        AssertChrome(chrome);
    }

    private static void AssertChrome(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement[] events = [.. document.RootElement.GetProperty("traceEvents").EnumerateArray()];
        BlockingChainsTests.AssertRowsNest(events);
        Assert.Equal(2, events.Count(step => BlockingChainsTests.Text(step, "ph") == "s"));
        Assert.Equal(2, events.Count(step => BlockingChainsTests.Text(step, "cat") == "hold"));
    }
}

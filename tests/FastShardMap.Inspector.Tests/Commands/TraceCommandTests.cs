using System.Diagnostics;
using System.Text.Json;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Tests.Tracing;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>
/// A chain that was planted is the chain that is found. Heavy: needs the diagnostics port of another process.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class TraceCommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Trace_PlantedChain_IsFound()
    {
        string chrome = Path.Combine(specimen.Folder, "chrome.json");
        string raw = Path.Combine(specimen.Folder, "trace.nettrace");
        string text = RecordChain(chrome, raw);
        string verdict = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        Assert.Matches(
            @"^VERDICT: worst chain Anna \(\d+\) → Berta \(\d+\) → Carla \(\d+\): .* "
                + @"Carla \(\d+\) held shard 0 of ShardMap<Int32, Int32> 'second'",
            verdict);

        JsonElement json = SpecimenProcess.RunJson("trace", raw);
        JsonElement chain = json.GetProperty("Chains")[0];
        Assert.Equal(2, chain.GetProperty("Hops").GetInt32());
        Assert.InRange(chain.GetProperty("TotalMilliseconds").GetDouble(), 300, 60_000);
        Assert.Contains(
            json.GetProperty("Waits").EnumerateArray().SelectMany(wait => wait.GetProperty("Stack").EnumerateArray()),
            frame => frame.GetString()!.Contains("BlockingPlot", StringComparison.Ordinal));
        AssertChrome(chrome);
        AssertTerminals(raw);
        AssertMaps(raw);
    }

    // Records until the chain is over: on a busy machine both the session and the chain may begin late. Where there is
    // no signal to end the recording, it lasts far longer than the chain.
    private string RecordChain(string chrome, string raw)
    {
        bool hasSignals = !OperatingSystem.IsWindows();
        using Process tool = SpecimenProcess.Start(SpecimenProcess.ToolCommand(
            "trace", specimen.IdText, "--duration", hasSignals ? "30m" : "20s", "--chrome", chrome, "--nettrace", raw));
        Task<string> errors = tool.StandardError.ReadToEndAsync();
        Task<string> text = tool.StandardOutput.ReadToEndAsync();
        Assert.True(SpinWait.SpinUntil(
            () => tool.HasExited || (File.Exists(raw) && new FileInfo(raw).Length > 0), s_patience));
        Assert.False(tool.HasExited);
        Assert.Equal("done", specimen.Ask("chain"));
        if (hasSignals)
        {
            OperatorTests.Kill("INT", tool.Id);
        }

        Assert.True(tool.WaitForExit(s_patience));
        Assert.True(tool.ExitCode == ExitCode.Ok, errors.GetAwaiter().GetResult());
        return text.GetAwaiter().GetResult();
    }

    // One map, given as in the other commands: its own waits, and the chains that lead through its locks.
    private static void AssertMaps(string raw)
    {
        JsonElement second = SpecimenProcess.RunJson("trace", raw, "second");
        string[] addresses = [.. MapsOf(second)];
        string address = Assert.Single(addresses);
        Assert.Equal([address], MapsOf(SpecimenProcess.RunJson("trace", raw, "sec")));
        Assert.Equal([address], MapsOf(SpecimenProcess.RunJson("trace", raw, address)));
        Assert.Equal(2, second.GetProperty("Chains")[0].GetProperty("Hops").GetInt32());
        Assert.DoesNotContain(address, MapsOf(SpecimenProcess.RunJson("trace", raw, "first")));

        string idle = SpecimenProcess.Run("trace", raw, "steady").Text;
        Assert.Contains("0 events of ", idle, StringComparison.Ordinal);
        Assert.Contains("VERDICT: no thread waited for a shard lock of ", idle, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("trace", raw, "no such map").Code);
    }

    private static IEnumerable<string> MapsOf(JsonElement trace) =>
        trace.GetProperty("Waits").EnumerateArray().Select(wait => wait.GetProperty("Map").GetString()!).Distinct();

    // The tables of the recording are the same in terminals and elsewhere, and fit.
    private static void AssertTerminals(string raw)
    {
        foreach (int width in (int[])(OperatingSystem.IsLinux() ? [60, 80, 100, 120, 200] : []))
        {
            using StringWriter writer = new();
            Assert.Equal(0, CommandTree.Run(["trace", raw], writer, width: width));
            string shown = PseudoTerminal.Run(
                width, new Dictionary<string, string>(), SpecimenProcess.ToolCommand("trace", raw));
            Assert.Equal(writer.ToString().ReplaceLineEndings("\n"), shown);
            Assert.Contains("shard 0 of ShardMap<Int32, Int32> 'first'", shown, StringComparison.Ordinal);
            Assert.Equal(
                width >= 130,
                shown.Contains("waiter ", StringComparison.Ordinal) && shown.Contains("───", StringComparison.Ordinal));
        }
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

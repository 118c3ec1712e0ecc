using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary><c>fsmap</c> without arguments, and <c>fsmap watch</c>: they read processes that keep running. Heavy: needs
/// the right to debug, which emulators do not offer.</summary>
[Trait("Category", "Heavy")]
public sealed class LiveCommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    /// <summary>On build servers, prompts are off even where there is a terminal.</summary>
    private static readonly Dictionary<string, string> s_noServer = new() { ["GITHUB_ACTIONS"] = string.Empty };

    [Fact]
    public void NoArguments_ProcessWithMaps_IsListed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        (int code, string text, _) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand());

        Assert.Equal(ExitCode.Ok, code);
        Assert.Matches($@"(?m)^\s*{specimen.Id}\s+FastShardMap\.Inspector\.Specimen\.dll\s+11\s", text);
        Assert.Contains("steady, trades, migrating", text, StringComparison.Ordinal);
        Assert.Contains("fsmap --help", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NoArguments_OnATerminal_AsksAndRunsCommands()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the terminals of Linux.");
        const string Escape = "\u001b";
        string text = PseudoTerminal.Type(
            100,
            s_noServer,
            [
                ("Which process or dump?", specimen.IdText),
                (specimen.IdText, "\r"),
                ("Which map of process", "trades"),
                ("trades", "\r"),
                ("shards, locks and histograms", "\r"),
                ("VERDICT", string.Empty),
                ("shards, locks and histograms", Escape),
                ("Which map of process", Escape),
                ("Which process or dump?", Escape),
            ],
            SpecimenProcess.ToolCommand());

        Assert.Matches($@"\$ fsmap show {specimen.IdText} 0x[0-9a-f]+\n", text);
        Assert.Contains("groups by entries", text, StringComparison.Ordinal);
        Assert.DoesNotContain("exit code", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NoArguments_NoInteractive_ListsOnATerminal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the terminals of Linux.");
        string text = PseudoTerminal.Run(100, s_noServer, SpecimenProcess.ToolCommand("--no-interactive"));

        Assert.Contains(specimen.IdText, text, StringComparison.Ordinal);
        Assert.Contains("fsmap --help shows all commands.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_Json_AgreesWithTheProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        JsonElement process = SpecimenProcess.RunJson("processes")
            .EnumerateArray()
            .Single(process => process.GetProperty("Pid").GetInt32() == specimen.Id);
        long known = specimen.Knowledge.RootElement.GetProperty("Maps")
            .EnumerateObject()
            .Sum(map => map.Value.GetProperty("Count").GetInt64());

        Assert.Equal(11, process.GetProperty("Maps").GetInt32());
        Assert.Equal(known, process.GetProperty("Entries").GetInt64());
        Assert.Contains("trades", process.GetProperty("Names").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void Watch_TwoReadings_HaveFiguresAndThenRates()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            SpecimenProcess.ToolCommand(
                "watch", specimen.IdText, "trade", "--count", "2", "--interval", "50ms", "--json"));
        JsonElement[] maps =
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Maps")[0]),
        ];

        Assert.True(code == ExitCode.Ok, errors);
        Assert.Equal(2, maps.Length);
        Assert.All(maps, map => Assert.Equal("trades", map.GetProperty("Name").GetString()));
        Assert.All(
            maps,
            map => Assert.Equal(
                specimen.KnownOf("trades").GetProperty("Count").GetInt64(), map.GetProperty("Entries").GetInt64()));
        Assert.Equal(JsonValueKind.Null, maps[0].GetProperty("EntriesPerSecond").ValueKind);
        Assert.Equal(0, maps[1].GetProperty("EntriesPerSecond").GetDouble());
    }

    [Fact]
    public void Watch_Text_ShowsATablePerReading()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        (int code, string text, _) = SpecimenProcess.RunProcess(
            SpecimenProcess.ToolCommand("watch", specimen.IdText, "--count", "2", "--interval", "50ms"));

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(3, text.Split($"process {specimen.IdText}, ").Length);
        Assert.Contains("waits/s", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Watch_ProcessThatEnds_IsReported()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        using OtherProcess other = new("holders");
        using Process tool = SpecimenProcess.Start(
            SpecimenProcess.ToolCommand("watch", other.IdText, "--interval", "50ms"));
        Assert.NotNull(tool.StandardOutput.ReadLine());
        other.Kill();
        Task<string> rest = tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = tool.StandardError.ReadToEnd();
        Assert.True(tool.WaitForExit(TimeSpan.FromMinutes(1)));

        Assert.Equal(ExitCode.TargetEnded, tool.ExitCode);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Process {other.Id} ended"), errors, StringComparison.Ordinal);
        Assert.NotNull(rest);
    }

    [Fact]
    public void Watch_Address_IsThatMap()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        string address = specimen.AddressOf(specimen.Dump, "trades");
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            SpecimenProcess.ToolCommand("watch", specimen.IdText, address, "--count", "1"));

        Assert.True(code == ExitCode.Ok, errors);
        Assert.Contains("1 map", text, StringComparison.Ordinal);
        Assert.Contains("trades", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_MapThatTheProcessHasNot_IsRefusedAtOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        (int code, _, string errors) = SpecimenProcess.RunProcess(
            SpecimenProcess.ToolCommand("trace", specimen.IdText, "no such map", "--duration", "60m"));

        Assert.Equal(ExitCode.Unusable, code);
        Assert.Contains("'no such map' is neither the name nor the number", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_NoSuchProcess_IsUnusable() =>
        Assert.Equal(
            ExitCode.Unusable,
            SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand("watch", "999999999")).Code);

    [Fact]
    public void Dump_Json_SaysWhere()
    {
        string file = Path.Combine(specimen.Folder, "json.dmp");
        JsonElement dump = SpecimenProcess.RunJson("dump", specimen.IdText, "--output", file);

        Assert.Equal(file, dump.GetProperty("File").GetString());
        Assert.Equal(new FileInfo(file).Length, dump.GetProperty("Bytes").GetInt64());
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary><c>fsmap</c> without arguments, and <c>fsmap watch</c>: they read processes that keep running. Heavy: needs
/// the right to debug, which emulators do not offer.</summary>
[Trait("Category", "Heavy")]
public sealed class LiveCommandTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    [Fact]
    public void NoArguments_ProcessWithMaps_IsListed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        (int code, string text, _) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand());

        Assert.Equal(ExitCode.Ok, code);
        Assert.Matches($@"(?m)^\s*{specimen.Id}\s+FastShardMap\.Inspector\.Specimen\.dll\s+8\s", text);
        Assert.Contains("steady, trades, migrating", text, StringComparison.Ordinal);
        Assert.Contains("fsmap --help", text, StringComparison.Ordinal);
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

        Assert.Equal(8, process.GetProperty("Maps").GetInt32());
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

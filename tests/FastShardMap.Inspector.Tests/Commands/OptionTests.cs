using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Tests.Rendering;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>Options that cannot be meant are refused with what can; nothing is silently empty or unlimited.</summary>
public sealed class OptionTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    [Theory]
    [InlineData("--limit takes a whole number of at least 0; '-1' is not one", "entries", "sessions", "--limit", "-1")]
    [InlineData(
        "--limit takes a whole number of at least 0; '0x7' is not one", "entries", "sessions", "--limit", "0x7")]
    [InlineData(
        "--limit takes a whole number of at least 0; 'many' is not one", "entries", "sessions", "--limit", "many")]
    [InlineData(
        "--limit takes a whole number of at least 0; '99999999999999999999' is not one",
        "entries",
        "sessions",
        "--limit",
        "99999999999999999999")]
    [InlineData("--limit takes a whole number of at least 0; '-1' is not one", "audit", "sessions", "--limit", "-1")]
    [InlineData("--thread takes a whole number of at least 1; '0' is not one", "audit", "sessions", "--thread", "0")]
    [InlineData("'key' is a number; 'x' is not.", "audit", "sessions", "--key", "x")]
    [InlineData("'key' is a number; 'x' is not.", "entries", "sessions", "--key", "x")]
    [InlineData(
        "There is no field 'value.Nope'. The fields are: key, value.",
        "entries",
        "sessions",
        "--where",
        "value.Nope == 1")]
    [InlineData("--csv and --json exclude each other.", "entries", "sessions", "--csv", "--json")]
    [InlineData("'nobody' is neither the name nor the number nor the address of a map", "show", "nobody")]
    [InlineData("There are 9 maps", "show")]
    [InlineData("There are 9 maps", "entries")]
    [InlineData("There are 9 maps", "audit")]
    [Trait("Category", "Heavy")]
    public void Command_OptionThatCannotBeMeant_IsRefused(string message, string command, params string[] rest)
    {
        (int code, string text, string errors) = Run([command, target.Core, .. rest]);

        Assert.Equal((ExitCode.Unusable, string.Empty), (code, text));
        Assert.StartsWith($"fsmap: {message}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Usage", errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Entries_HexadecimalConstants_AreUnderstood()
    {
        Assert.Equal("7 → 21\n", Run("entries", target.Core, "sessions", "--where", "key == 0x7").Text);
        Assert.Equal("7 → 21\n", Run("entries", target.Core, "sessions", "--key", "0x7").Text);
        Assert.Equal("7 → 21\n", Run("entries", target.Core, "1", "--where", "key > 0x6 and value < 24").Text);
        Assert.Equal(string.Empty, Run("entries", target.Core, "sessions", "--limit", "0").Text);
        Assert.Equal(
            2,
            Run("entries", target.Core, "sessions", "--limit", "2").Text.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Show_PageAndJson_LeavesTheJsonAlone()
    {
        string page = Path.Combine(target.Folder, "page.html");
        (int code, string text, _) = Run("show", target.Core, "sessions", "--html", page, "--json");

        Assert.Equal(ExitCode.Ok, code);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(text);
        Assert.Equal("2026-03-03T05:06:07Z", json.RootElement.GetProperty("Created").GetString());
        Assert.Equal("2026-03-04T05:06:07Z", json.RootElement.GetProperty("Captured").GetString());
        Assert.Matches("^0x[0-9a-f]{8,}$", json.RootElement.GetProperty("Address").GetString());
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "[createdump] Only full dumps are supported by single file apps. Change the dump type to full "
            + "(DOTNET_DbgMiniDumpType=4)",
        false,
        true)]
    [InlineData(
        "[createdump] Only full dumps are supported by single file apps. Change the dump type to full "
            + "(DOTNET_DbgMiniDumpType=4)",
        true,
        false)]
    [InlineData("Unable to connect to the process", false, false)]
    public void Dump_ThatFails_AdvisesTheOptionOfThisTool(string message, bool full, bool advises)
    {
        string shown = DumpCommand.Advise(message, 4711, full);

        Assert.Equal(advises, shown.EndsWith("try: fsmap dump 4711 --full", StringComparison.Ordinal));
        Assert.DoesNotContain("DOTNET_", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 maps")]
    [InlineData(1, "1 map")]
    [InlineData(2, "2 maps")]
    [InlineData(1_000, "1,000 maps")]
    public void Count_Number_HasItsNoun(int number, string expected) =>
        Assert.Equal(expected, Output.Count(number, "map"));

    /// <summary>The number of a map or a limit is no process id, and a name that begins with @ is a name.</summary>
    [Theory]
    [InlineData("core.dmp", "show", "core.dmp", "3")]
    [InlineData("core.dmp", "entries", "--limit", "5", "core.dmp", "3", "--key", "7")]
    [InlineData("4711", "check", "4711", "--json")]
    [InlineData("a.dmp 4711", "diff", "a.dmp", "4711", "2")]
    [InlineData("@core.dmp", "show", "@core.dmp", "@map")]
    [InlineData("", "show")]
    [InlineData("", "nonsense", "4711")]
    public void TargetsOf_CommandLine_AreItsDumpsAndProcesses(string expected, params string[] arguments) =>
        Assert.Equal(expected, string.Join(' ', CommandTree.TargetsOf(arguments)));

    [Fact]
    [Trait("Category", "Heavy")]
    public void Show_KeyOrMapThatBeginsWithAnAt_IsNoFile()
    {
        (int code, _, string errors) = Run("show", target.Core, "@nobody");

        Assert.Equal(ExitCode.Unusable, code);
        Assert.StartsWith("fsmap: '@nobody' is neither the name", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Text, string Errors) Run(params string[] arguments)
    {
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            ["/usr/bin/env", "FSMAP_ROLE=reader", .. SpecimenProcess.ToolCommand(arguments)]);
        return (code, text, errors);
    }
}

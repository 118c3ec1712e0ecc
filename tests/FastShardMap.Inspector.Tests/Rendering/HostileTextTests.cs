using System.Text.Json;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Html;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Tests.Rendering;

/// <summary>A map whose name, and one whose keys, are chosen to do harm, in every form of output.</summary>
public sealed class HostileTextTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    private const string Shown = @"=[red]\u001b[31m\u202egnp.exe\n<b>\u0000\r\u2028end";

    [Theory]
    [InlineData("list")]
    [InlineData("show", "5")]
    [InlineData("check", "5")]
    [InlineData("entries", "5")]
    [InlineData("diff")]
    [InlineData("show", "nobody")]
    public void Command_MapWithAHostileName_ShowsItHarmless(string command, params string[] map)
    {
        string[] arguments = command == "diff"
            ? [command, target.Core, target.LaterCore]
            : [command, target.Core, .. map];
        using StringWriter writer = new();
        CommandTree.Run(arguments, writer);
        string text = writer.ToString();

        Assert.All(
            text.ReplaceLineEndings("\n"), character => Assert.True(character == '\n' || !char.IsControl(character)));
        Assert.DoesNotContain('\u202e', text);
        Assert.Equal(
            command is "list" or "diff" or "check" || map is ["5"] && command == "show",
            text.Contains(Shown, StringComparison.Ordinal));
    }

    [Fact]
    public void Find_NameAsItIsShown_IsUnderstood()
    {
        (int code, string text) = SpecimenProcess.Run("entries", target.Core, Shown);

        Assert.Equal((ExitCode.Ok, "0 → 0"), (code, text.Trim()));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show", "5")]
    [InlineData("check", "5")]
    [InlineData("diff")]
    public void Json_MapWithAHostileName_IsAsciiAndComesBack(string command, params string[] map)
    {
        string[] arguments = command == "diff"
            ? [command, target.Core, target.LaterCore]
            : [command, target.Core, .. map];
        using StringWriter writer = new();
        CommandTree.Run([.. arguments, "--json"], writer);
        string text = writer.ToString();

        Assert.All(text.ReplaceLineEndings("\n"), character => Assert.True(character is '\n' or (>= ' ' and <= '~')));
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.DoesNotContain(
            @"\u001B[31m",
            document.RootElement.GetRawText().Replace(@"\u001B", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Page_MapWithAHostileName_HasNoMarkupOfItAndNoControls()
    {
        string page = Path.Combine(target.Folder, "hostile.html");
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("show", target.Core, "5", "--html", page).Code);
        string text = File.ReadAllText(page);

        Assert.Contains("=[red]\\u001b[31m\\u202egnp.exe\\n&lt;b&gt;", text, StringComparison.Ordinal);
        Assert.All(
            text.ReplaceLineEndings("\n"), character => Assert.True(character == '\n' || !char.IsControl(character)));
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public void Entries_KeysOfEveryCharacter_AreHarmlessInEveryForm()
    {
        using ShardMap<char, char> map = new(new ShardMapOptions { Name = "characters", ShardCount = 1 });
        foreach (char character in "\0\u001b\n\r\t=+-@,\"<[\u202e\u2028\ud800x")
        {
            map[character] = character;
        }

        SnapshotMemory memory = new();
        memory.Add(map);
        string core = Path.Combine(target.Folder, "characters.core");
        CoreFile.Write(core, memory, DateTime.UnixEpoch);
        foreach (string form in (string[])["--csv", "--json", "--limit=99"])
        {
            string text = SpecimenProcess.Run("entries", core, form).Text.ReplaceLineEndings("\n");
            Assert.All(
                text,
                character => Assert.True(
                    character == '\n'
                        || !(char.IsControl(character) || char.IsSurrogate(character)
                        || character is '\u202e' or '\u2028')));
            Assert.Equal(map.Count + (form == "--csv" ? 1 : 0), text.Count(character => character == '\n'));
        }

        string csv = SpecimenProcess.Run("entries", core, "--csv").Text;
        Assert.Contains("'=,'=", csv, StringComparison.Ordinal);
        Assert.Contains("\",\",\",\"", csv, StringComparison.Ordinal);
        Assert.Contains("\\u001b,\\u001b", csv, StringComparison.Ordinal);
        Assert.Equal("\\u001b → \\u001b", SpecimenProcess.Run("entries", core, "--key", "0x1b").Text.Trim());
    }

    [Fact]
    public void Table_CellOfThreeThousandCharacters_StaysATable()
    {
        TableView table = new(
            Column.Key("map"), Column.Text("name", value: 2, leastCells: 10), Column.Number("entries", value: 1));
        table.Add("0x7fc9ad725000", new string('n', 3_000), "1");
        table.Add("0x7fc9ad725080", "[red]short[/]", "2");
        foreach (int width in (int[])[40, 60, 80, 200])
        {
            using StringWriter writer = new();
            table.Write(new Output(writer, width));
            string text = writer.ToString();
            Assert.Contains("0x7fc9ad725000 ", text, StringComparison.Ordinal);
            Assert.Matches(@"0x7fc9ad725080 +\[red\]sh", text);
            Assert.All(text.Split('\n'), line => Assert.InRange(Cells.Width(line.TrimEnd()), 0, width));
        }
    }

    [Fact]
    public void Page_NameOfThreeThousandCharacters_IsBounded()
    {
        // As a trace or the managed heap may bring them; headers hold less.
        Assert.InRange(Printable.Name(new string('<', 3_000)).Length, 1, Printable.MaxName);
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = new string('x', 3_000), ShardCount = 1 });
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        NativeMap native = NativeMap.TryRead(memory, address, out _)!;
        string page = HeatMapPage.Render(
            MapReport.Create(
                new string('y', 3_000), new Capture(DateTime.UnixEpoch, IsLive: true), native, runtime: null));

        Assert.DoesNotContain(new string('x', 241), page, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('y', 241), page, StringComparison.Ordinal);
    }
}

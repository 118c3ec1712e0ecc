using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Tests.Rendering;
using FastShardMap.Tests.Conventions;
using Spectre.Console;
using Spectre.Console.Testing;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>What an interactive session asks, and which command lines it makes of the answers.</summary>
public sealed class InteractiveSessionTests : IDisposable
{
    private readonly TestConsole _console = new TestConsole().Interactive().Width(100);
    private readonly Host _host = new();

    [Fact]
    public void Run_ProcessMapAndCommand_IsACommandLine()
    {
        Press(ConsoleKey.Enter);
        Press(ConsoleKey.DownArrow, ConsoleKey.Enter);
        Press(ConsoleKey.Enter);
        Quit();

        Assert.Equal(ExitCode.Ok, RunSession());
        Assert.Equal(["show 4711 0x2000"], _host.Ran);
        Assert.Contains("$ fsmap show 4711 0x2000", _console.Output, StringComparison.Ordinal);
        Assert.Contains("4711  Shop.dll  3 maps, 75 entries: sessions", _console.Output, StringComparison.Ordinal);
        Assert.Contains("Which map of process 4711, Shop.dll?", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TypedText_SearchesTheList()
    {
        _console.Input.PushTextWithEnter("Shop");
        _console.Input.PushTextWithEnter("orders");
        _console.Input.PushTextWithEnter("check");
        Quit();
        RunSession();

        Assert.Equal(["check 4711 0x2000"], _host.Ran);
    }

    [Fact]
    public void Run_Entries_AsksForAConditionAndALimit()
    {
        Press(ConsoleKey.Enter, ConsoleKey.Enter);
        _console.Input.PushTextWithEnter("entries");
        _console.Input.PushTextWithEnter("key < 100");
        _console.Input.PushTextWithEnter(string.Empty);
        Quit();
        RunSession();

        Assert.Equal(["entries 4711 0x1000 --where key < 100 --limit 20"], _host.Ran);
        Assert.Contains(
            "$ fsmap entries 4711 0x1000 --where 'key < 100' --limit 20", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PageWithoutAFile_RunsNothing()
    {
        Press(ConsoleKey.Enter, ConsoleKey.Enter);
        _console.Input.PushTextWithEnter("show --html");
        _console.Input.PushTextWithEnter(string.Empty);
        _console.Input.PushTextWithEnter("show --html");
        _console.Input.PushTextWithEnter("page.html");
        Quit();
        RunSession();

        Assert.Equal(["show 4711 0x1000 --html page.html"], _host.Ran);
    }

    [Fact]
    public void Run_Dump_OffersOnlyWhatADumpHas()
    {
        string dump = Path.GetTempFileName();
        try
        {
            _console.Input.PushTextWithEnter("dump");
            _console.Input.PushTextWithEnter(dump);
            Press(ConsoleKey.Enter, ConsoleKey.Enter);
            Quit();
            RunSession();

            Assert.Equal([$"show {dump} 0x1000"], _host.Ran);
            Assert.DoesNotContain("watch", _console.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(dump);
        }
    }

    [Fact]
    public void Run_DumpThatIsNotThere_AsksAgain()
    {
        _console.Input.PushTextWithEnter("dump");
        _console.Input.PushTextWithEnter("/no such file");
        Press(ConsoleKey.Escape);
        RunSession();

        Assert.Contains("There is no file /no such file.", _console.Output, StringComparison.Ordinal);
        Assert.Equal(2, _host.Searches);
    }

    [Fact]
    public void Run_AllMaps_HasTheCommandsOfAProcess()
    {
        foreach (string command in (string[])["list", "watch", "dump"])
        {
            Press(ConsoleKey.Enter);
            _console.Input.PushTextWithEnter("All maps");
            _console.Input.PushTextWithEnter(command);
            Press(ConsoleKey.Escape, ConsoleKey.Escape);
        }

        Press(ConsoleKey.Escape);
        RunSession();

        Assert.Equal(["list 4711", "watch 4711", "dump 4711"], _host.Ran);
    }

    [Fact]
    public void Run_CommandThatFails_ShowsItsCodeAndAsksOn()
    {
        _host.Code = ExitCode.TargetEnded;
        Press(ConsoleKey.Enter, ConsoleKey.Enter, ConsoleKey.Enter);
        Quit();

        Assert.Equal(ExitCode.Ok, RunSession());
        Assert.Contains("(exit code 5)", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MapsThatCannotBeRead_AsksForAnotherProcess()
    {
        _host.Maps = null;
        Press(ConsoleKey.Enter, ConsoleKey.Escape);
        RunSession();

        Assert.Equal(2, _host.Searches);
        Assert.Empty(_host.Ran);
    }

    [Fact]
    public void Run_NoProcess_SaysSo()
    {
        _host.Processes = [];
        _console.Input.PushTextWithEnter("Look again");
        _console.Input.PushTextWithEnter("Quit");
        RunSession();

        Assert.Contains("No process with maps is running", _console.Output, StringComparison.Ordinal);
        Assert.Equal(2, _host.Searches);
    }

    [Fact]
    public void Run_HostileNames_AreShownAsText()
    {
        _host.Processes = [new ProcessSummary(1, PlannedTarget.HostileName, 1, 1, [PlannedTarget.HostileName])];
        _host.Maps = [MapOf(0x1000, PlannedTarget.HostileName)];
        Press(ConsoleKey.Enter, ConsoleKey.Enter);
        Quit();
        RunSession();

        Assert.Contains(@"=[red]\u001b[31m\u202egnp.exe\n", _console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', _console.Output);
    }

    [Fact]
    public void Tour_FirstQuestion_IsTheOneThatIsAsked()
    {
        const string Question = "Which process or dump?";
        string shown = Repository.ReadText("native-layout-docs/fsmap-tour.md").Split($"```text\n{Question}")[1].Split(
            "```")[0];
        Press(ConsoleKey.Escape);
        RunSession();

        Assert.All(
            (string[])[Question, .. shown.Split('\n', StringSplitOptions.RemoveEmptyEntries)],
            line => Assert.Contains(line, _console.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_OfASession_AreCommandsOfTheTool()
    {
        foreach (SessionCommand command in SessionCommand.OfMap.Concat(SessionCommand.OfAllMaps))
        {
            (int code, string text) = SpecimenProcess.Run(command.Words[0], "--help");

            Assert.Equal(ExitCode.Ok, code);
            Assert.All(command.Words.Skip(1), option => Assert.Contains(option, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void IsPossibleOn_ConsoleThatCannotAsk_IsFalse()
    {
        using TestConsole redirected = new();

        Assert.True(InteractiveSession.IsPossibleOn(_console));
        Assert.False(InteractiveSession.IsPossibleOn(redirected));
    }

    public void Dispose() => _console.Dispose();

    private int RunSession() => new InteractiveSession(_console, _host).Run();

    private void Press(params ConsoleKey[] keys) => Array.ForEach(keys, key => _console.Input.PushKey(key));

    // From the commands to the maps, the processes and out.
    private void Quit() => Press(ConsoleKey.Escape, ConsoleKey.Escape, ConsoleKey.Escape);

    private static MapSummary MapOf(ulong address, string name) => new(
        address, 0, name, "ShardMap<Int32, Int64>", "fixed", "steady", 25, 28, 0, 0, 0, 0.5, 1, 0, 0, "unknown", null);

    private sealed class Host : ISessionHost
    {
        public IReadOnlyList<ProcessSummary> Processes { get; set; } =
            [new ProcessSummary(4711, "Shop.dll", 3, 75, ["sessions", "orders"])];

        public IReadOnlyList<MapSummary>? Maps { get; set; } =
            [MapOf(0x1000, "sessions"), MapOf(0x2000, "orders"), MapOf(0x3000, string.Empty)];

        public int Code { get; set; }

        public int Searches { get; private set; }

        public List<string> Ran { get; } = [];

        public IReadOnlyList<ProcessSummary> FindProcesses()
        {
            Searches++;
            return Processes;
        }

        public IReadOnlyList<MapSummary>? ReadMaps(SessionTarget target) => Maps;

        public int Run(IReadOnlyList<string> arguments)
        {
            Ran.Add(string.Join(' ', arguments));
            return Code;
        }
    }
}

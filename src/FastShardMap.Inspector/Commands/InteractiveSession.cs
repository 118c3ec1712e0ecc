using System.Globalization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary>
/// A session of <c>fsmap</c> without arguments: the user chooses a process or a dump, then a map, then a command. Every
/// command is shown as a command line before it runs, so that users learn the command lines by the way. Typed text
/// searches a list, and Escape goes back.
/// </summary>
internal sealed class InteractiveSession(IAnsiConsole console, ISessionHost host)
{
    private const int PageRows = 16;

    /// <summary>The cells that a list needs beside its texts: the mark and the margins.</summary>
    private const int MarginCells = 4;
    private const int Back = -1;
    private const string DefaultLimit = "20";

    /// <summary>Whether a console can ask: it is a terminal on both sides, and moves its cursor.</summary>
    public static bool IsPossibleOn(IAnsiConsole console) =>
        console.Profile.Capabilities is { Interactive: true, Ansi: true };

    public int Run()
    {
        while (ChooseTarget() is { } target)
        {
            Explore(target);
        }

        return ExitCode.Ok;
    }

    // Null to quit.
    private SessionTarget? ChooseTarget()
    {
        while (true)
        {
            IReadOnlyList<ProcessSummary> processes = host.FindProcesses();
            int dump = processes.Count;
            int again = dump + 1;
            int quit = again + 1;
            int chosen = Choose(
                processes.Count > 0
                    ? "Which process or dump?"
                    : "No process with maps is running that this user can see. What now?",
                [.. processes.Select(Describe), "A dump file …", "Look again", "Quit"]);
            if (chosen == Back || chosen == quit)
            {
                return null;
            }

            if (chosen == dump && AskForDump() is { } target)
            {
                return target;
            }

            if (chosen < dump)
            {
                ProcessSummary process = processes[chosen];
                string id = process.Pid.ToString(CultureInfo.InvariantCulture);
                return new SessionTarget(id, $"process {id}, {Printable.Name(process.Process)}", IsProcess: true);
            }
        }
    }

    private void Explore(SessionTarget target)
    {
        // Read again after each map: meanwhile, a process has changed.
        while (host.ReadMaps(target) is { } maps)
        {
            int all = maps.Count;
            int back = all + 1;
            int chosen = Choose(
                $"Which map of {target.Title}?",
                [.. maps.Select(Describe), "All maps", "Another process or dump"]);
            if (chosen == Back || chosen == back)
            {
                return;
            }

            RunCommands(target, chosen == all ? null : maps[chosen]);
        }
    }

    private void RunCommands(SessionTarget target, MapSummary? map)
    {
        SessionCommand[] commands = Array.FindAll(
            map is null ? SessionCommand.OfAllMaps : SessionCommand.OfMap,
            command => target.IsProcess || !command.NeedsProcess);
        int widest = commands.Max(static command => command.Name.Length);
        string title = map is null
            ? $"All maps of {target.Title}"
            : $"{(map.Name.Length > 0 ? Printable.Name(map.Name) : Output.Address(map.Address))}, "
                + Printable.Name(map.Type);
        while (true)
        {
            int chosen = Choose(
                title,
                [
                    .. commands.Select(command => $"{command.Name.PadRight(widest)}  {command.Description}"),
                    "Another map",
                ]);
            if (chosen == Back || chosen == commands.Length)
            {
                return;
            }

            if (ArgumentsOf(commands[chosen], target, map) is { } arguments)
            {
                Run(arguments);
            }
        }
    }

    private void Run(string[] arguments)
    {
        Say($"$ fsmap {string.Join(' ', arguments.Select(Quote))}");
        int code = host.Run(arguments);
        if (code != ExitCode.Ok)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"(exit code {code})"));
        }

        console.WriteLine();
    }

    // Null if the user has changed their mind.
    private string[]? ArgumentsOf(SessionCommand command, SessionTarget target, MapSummary? map)
    {
        // The address is never ambiguous.
        List<string> arguments = [command.Words[0], target.Argument];
        if (map is not null)
        {
            arguments.Add(Output.Address(map.Address));
        }

        switch (command.Words)
        {
            case ["show", string html]:
                string page = Ask("The file to write (empty: not at all):", string.Empty);
                if (page.Length == 0)
                {
                    return null;
                }

                arguments.AddRange([html, page]);
                break;
            case ["entries"]:
                string condition = Ask("Which entries, such as 'key < 100' (empty: all)?", string.Empty);
                arguments.AddRange(condition.Length > 0 ? ["--where", condition] : []);
                arguments.AddRange(["--limit", Ask("How many at most?", DefaultLimit)]);
                break;
            default:
                break;
        }

        return [.. arguments];
    }

    private SessionTarget? AskForDump()
    {
        string path = Ask("The path of the dump (empty: none):", string.Empty);
        if (path.Length == 0 || File.Exists(path))
        {
            return path.Length == 0 ? null : new SessionTarget(path, Printable.Name(Path.GetFileName(path)), false);
        }

        Say($"There is no file {Printable.Name(path)}.");
        return null;
    }

    private int Choose(string title, IReadOnlyList<string> texts)
    {
        int width = Math.Max(MarginCells, console.Profile.Width - MarginCells);
        SelectionPrompt<int> prompt = new SelectionPrompt<int>()
            .Title(Markup.Escape(title))
            .PageSize(PageRows)
            .UseConverter(index => Markup.Escape(Cells.Cut(texts[index], width)))
            .AddCancelResult(static () => Back)
            .EnableSearch()
            .AddChoices(Enumerable.Range(0, texts.Count));
        return prompt.Show(console);
    }

    private string Ask(string question, string otherwise)
    {
        TextPrompt<string> prompt = new TextPrompt<string>(Markup.Escape(question)).AllowEmpty();
        string answer = (otherwise.Length > 0 ? prompt.DefaultValue(otherwise) : prompt).Show(console).Trim();
        return answer.Length > 0 ? answer : otherwise;
    }

    private void Say(string text) => console.WriteLine(Printable.Text(text));

    private static string Describe(ProcessSummary process)
    {
        string what = process is { Maps: { } maps, Entries: { } entries }
            ? $"{Output.Count(maps, "map")}, {Output.Count(entries, "entry", "entries")}"
            : "its memory may not be read";
        string names = string.Join(", ", process.Names.Select(static name => Printable.Name(name)));
        return string.Create(CultureInfo.InvariantCulture, $"{process.Pid}  {Printable.Name(process.Process)}  {what}")
            + (names.Length > 0 ? $": {names}" : string.Empty);
    }

    private static string Describe(MapSummary map, int index)
    {
        string name = map.Name.Length > 0 ? Printable.Name(map.Name) : Output.Address(map.Address);
        return $"{index + 1,3}  {name}  {Printable.Name(map.Type)}, {map.State}, "
            + Output.Count(map.Entries, "entry", "entries");
    }

    // As a POSIX shell takes it.
    private static string Quote(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./:=+,@%".Contains(c))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

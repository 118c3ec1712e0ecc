using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary>
/// <c>fsmap</c> without arguments on a terminal. The commands of the session run as processes of their own, as if the
/// user had typed them: attaching needs a process that has no other children (see <see cref="Isolation"/>), and Ctrl-C
/// ends a command and not the session.
/// </summary>
internal sealed class InteractiveCommand : ISessionHost
{
    private readonly Interruption? _interruption;

    private InteractiveCommand(Interruption? interruption) => _interruption = interruption;

    /// <summary>Whether there is a terminal to ask on.</summary>
    public static bool IsPossible =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && !Console.IsErrorRedirected
        && InteractiveSession.IsPossibleOn(AnsiConsole.Console);

    public static int Run(Interruption? interruption) =>
        new InteractiveSession(AnsiConsole.Console, new InteractiveCommand(interruption)).Run();

    public IReadOnlyList<ProcessSummary> FindProcesses() => ProcessSummary.All();

    public IReadOnlyList<MapSummary>? ReadMaps(SessionTarget target)
    {
        if (target.IsProcess
            && LiveMemory.TryOpen(int.Parse(target.Argument, CultureInfo.InvariantCulture)) is { } memory)
        {
            using (memory)
            {
                return [.. MapSample.Find(memory).Select(MapSummary.Of)];
            }
        }

        (int code, string text) = RunProcess(["list", target.Argument, "--json"], redirects: true);
        return code is ExitCode.Ok or ExitCode.Inconsistent
            ? JsonSerializer.Deserialize<List<MapSummary>>(text)
            : null;
    }

    public int Run(IReadOnlyList<string> arguments) => RunProcess(arguments, redirects: false).Code;

    private (int Code, string Text) RunProcess(IReadOnlyList<string> arguments, bool redirects)
    {
        ProcessStartInfo start = Isolation.StartInfo(arguments);
        start.RedirectStandardOutput = redirects;
        using IDisposable? others = _interruption?.LeaveToChild();
        using Process process = Process.Start(start)
            ?? throw new InspectionException("The command did not start.") { ExitCode = ExitCode.Failed };
        string text = redirects ? process.StandardOutput.ReadToEnd() : string.Empty;
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}

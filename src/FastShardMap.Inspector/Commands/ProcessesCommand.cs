using System.Globalization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap processes</c>, and <c>fsmap</c> without arguments: the .NET processes that have maps.</summary>
internal static class ProcessesCommand
{
    private const int MaxNames = 6;

    public static int Run(bool json, Output output)
    {
        List<ProcessSummary> processes = ProcessSummary.All();
        if (json)
        {
            output.Json(processes);
            return ExitCode.Ok;
        }

        Print(processes, output);
        return ExitCode.Ok;
    }

    internal static void Print(IReadOnlyList<ProcessSummary> processes, Output output)
    {
        if (processes.Count == 0)
        {
            output.Line("No .NET process with maps is running that this user can see.");
        }

        TableView table = new(
            Column.Key("pid"),
            Column.Text("process", value: 9, leastCells: 16),
            Column.Number("maps", value: 8),
            Column.Number("entries", value: 7),
            Column.Text("names", value: 6, leastCells: 16));
        foreach (ProcessSummary process in processes)
        {
            string more = process.Names.Count > MaxNames ? ", …" : string.Empty;
            table.Add(
                process.Pid.ToString(CultureInfo.InvariantCulture),
                Printable.Name(process.Process),
                process.Maps is { } maps ? Output.Number(maps) : "?",
                process.Entries is { } entries ? Output.Number(entries) : "?",
                string.Join(", ", process.Names.Take(MaxNames).Select(static name => Printable.Name(name))) + more);
        }

        table.Write(output);
        if (processes.Any(static process => process.Maps is null))
        {
            output.Line("(?: the memory of the process can be read only with the right to debug it.)");
        }

        output.Line("fsmap list <pid> shows the maps of a process, fsmap watch <pid> how they change.");
        output.Line("fsmap --help shows all commands.");
    }
}

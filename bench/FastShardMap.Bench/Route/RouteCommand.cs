using System.CommandLine;
using FastShardMap.Bench.Report;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Route;

/// <summary><c>route</c>: simulates placements of slots, and what makes a service on several nodes slower.</summary>
internal static class RouteCommand
{
    public static Command Create()
    {
        Option<bool> quick = CommandOptions.Quick("Fewer sets of names and fewer batches.");
        Option<string?> markdown = CommandOptions.Markdown();
        Option<string?> plots = CommandOptions.Folder("--plots", "Also write plots to this folder.");
        Command command = new("route", "Simulates placements of slots on nodes, and throughput decay by cause.")
        {
            quick, markdown, plots,
        };
        command.SetAction(parsed => CommandRun.Guarded("route", terminal =>
        {
            RouteResults results = RouteResults.Simulate(parsed.GetValue(quick), terminal.Announce);
            CommandRun.Show(new RouteReport(results), terminal, parsed.GetValue(markdown));
            if (parsed.GetValue(plots) is string folder && !Plotter.WriteAll(folder, RoutePlots.Of(results)))
            {
                terminal.WriteLine(Plotter.Missing);
            }

            return CommandRun.Done;
        }));
        return command;
    }
}

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
        Option<string?> plots = CommandOptions.File("--plots", "Also write plots to this folder.");
        Command command = new("route", "Simulates placements of slots on nodes, and throughput decay by cause.")
        {
            quick, markdown, plots,
        };
        command.SetAction(parsed => CommandRun.Guarded("route", terminal =>
        {
            RouteResults results = RouteResults.Simulate(parsed.GetValue(quick), terminal.Announce);
            CommandRun.Show(new RouteReport(results), terminal, parsed.GetValue(markdown));
            if (parsed.GetValue(plots) is string folder)
            {
                Directory.CreateDirectory(folder);
                Plotter plotter = new(folder);
                bool drawn = true;
                foreach (Plot plot in RoutePlots.Of(results))
                {
                    drawn &= plotter.Write(plot);
                }

                if (!drawn)
                {
                    terminal.WriteLine(Plotter.Missing);
                }
            }

            return CommandRun.Done;
        }));
        return command;
    }
}

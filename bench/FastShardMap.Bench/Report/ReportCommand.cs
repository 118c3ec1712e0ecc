using System.CommandLine;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Report;

/// <summary><c>report</c>: measures everything and writes the tables and plots of this CPU.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        Option<string[]> parts = CommandOptions.Choices(
            "--parts", "Parts to measure and write.", ReportOptions.AllParts, ReportOptions.AllParts);
        Option<string?> output = CommandOptions.File(
            "--output", "Folder in which the folder of this CPU is made (default: bench/results).");
        Option<bool> quick = CommandOptions.Quick("Fewer operations, repetitions and sizes.");
        Option<string?> readme = CommandOptions.File(
            "--readme", "Also refresh the table and plots between the marks in this file.");
        Option<int> shrink = CommandOptions.Shrink();
        Command command = new("report", "Measures everything and writes tables and plots for this CPU.")
        {
            parts, output, quick, readme, shrink,
        };
        command.SetAction(parsed =>
        {
            Terminal terminal = Terminal.Create();
            string root = RepositoryRoot.Find() ?? Environment.CurrentDirectory;
            ReportWriter writer = new(
                new ReportOptions
                {
                    Parts = parsed.GetValue(parts)!,
                    ResultsFolder = parsed.GetValue(output) ?? Path.Combine(root, "bench", "results"),
                    Quick = parsed.GetValue(quick),
                    ReadmePath = parsed.GetValue(readme),
                    ShrinkFactor = parsed.GetValue(shrink),
                },
                terminal.Announce);
            IReadOnlyList<string> written = writer.Write();
            terminal.WriteLine($"{writer.Folder}: {string.Join(", ", written)}");
            if (!Plotter.IsInstalled())
            {
                terminal.WriteLine(Plotter.Missing);
            }
        });
        return command;
    }
}

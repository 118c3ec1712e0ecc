using System.CommandLine;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Layout;

/// <summary><c>layout</c>: lookups in tables whose groups have other shapes than the map's.</summary>
internal static class LayoutCommand
{
    private const int Measured = 0;
    private const int Failed = 1;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer lookups and repetitions." };
        Option<long> large = CommandOptions.Bytes(
            "--large", "Bytes of the entries of a large table.", defaultValue: 64 << 20);
        large.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 << 20 or > 1L << 30)
            {
                result.AddError("--large must lie between 1M and 1G.");
            }
        });
        var markdown = new Option<string?>("--markdown") { Description = "Also write the tables to this file." };
        var command = new Command("layout", "Compares shapes of groups: slots a group and bytes from one to the next.")
        {
            quick, large, markdown,
        };
        command.SetAction(parsed => Run(parsed.GetValue(quick), parsed.GetValue(large), parsed.GetValue(markdown)));
        return command;
    }

    private static int Run(bool isQuick, long largeBytes, string? markdownPath)
    {
        Terminal terminal = Terminal.Create();
        MachineInfo machine = MachineInfo.Read();
        terminal.WriteLine($"{machine.Cpu}, {machine.Cores} core(s), {machine.Isa}, {machine.Runtime}, {machine.Date}");
        List<LayoutRow> rows;
        try
        {
            rows = new LayoutSession(isQuick, largeBytes, terminal.Announce).Run();
        }
        catch (AnswersDifferException exception)
        {
            Console.Error.WriteLine($"layout: {exception.Message}");
            return Failed;
        }

        var report = new LayoutReport(rows, machine);
        report.Print(terminal);
        if (markdownPath is not null)
        {
            File.WriteAllText(markdownPath, report.ToMarkdown());
        }

        return Measured;
    }
}

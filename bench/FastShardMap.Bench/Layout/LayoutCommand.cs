using System.CommandLine;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Layout;

/// <summary><c>layout</c>: lookups in tables whose groups have other shapes than the map's.</summary>
internal static class LayoutCommand
{
    public static Command Create()
    {
        Option<bool> quick = CommandOptions.Quick("Fewer lookups and repetitions.");
        Option<long> large = CommandOptions.Bytes(
            "--large", "Bytes of the entries of a large table.", defaultValue: 64 << 20);
        large.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 << 20 or > 1L << 30)
            {
                result.AddError("--large must lie between 1M and 1G.");
            }
        });
        Option<string?> markdown = CommandOptions.Markdown();
        Command command = new("layout", "Compares shapes of groups: slots a group and bytes from one to the next.")
        {
            quick, large, markdown,
        };
        command.SetAction(parsed => CommandRun.Guarded("layout", terminal =>
        {
            MachineInfo machine = MachineInfo.Read();
            terminal.WriteLine(machine.Summary);
            LayoutSession session = new(parsed.GetValue(quick), parsed.GetValue(large), terminal.Announce);
            CommandRun.Show(new LayoutReport(session.Run(), machine), terminal, parsed.GetValue(markdown));
            return CommandRun.Done;
        }));
        return command;
    }
}

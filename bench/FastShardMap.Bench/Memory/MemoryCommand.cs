using System.CommandLine;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Memory;

/// <summary><c>memory</c>: bytes and collections of each map, each in a process of its own.</summary>
internal static class MemoryCommand
{
    private static readonly int[] DefaultSizes = [1_000_000, 10_000_000];

    public static Command Create()
    {
        Option<string[]> maps = CommandOptions.Choices(
            "--maps", "Maps to measure.", [.. MemoryProbeCommand.Maps], [.. MemoryProbeCommand.Maps]);
        Option<int[]> pairs = new("--pairs")
        {
            Description = "Numbers of pairs.",
            DefaultValueFactory = _ => DefaultSizes,
            AllowMultipleArgumentsPerToken = true,
        };
        Command command = new("memory", "Measures bytes and collections of each map in a process of its own.")
        {
            maps, pairs,
        };
        command.SetAction(parsed =>
        {
            Terminal terminal = Terminal.Create();
            List<MemoryReading> readings = Measure(
                parsed.GetValue(maps)!, parsed.GetValue(pairs)!, terminal.Announce);
            MemoryReport.Print(terminal, readings);
        });
        return command;
    }

    public static List<MemoryReading> Measure(
        IReadOnlyList<string> maps, IReadOnlyList<int> sizes, Action<string> announce)
    {
        List<MemoryReading> readings = new();
        foreach (int size in sizes)
        {
            foreach (bool reserve in (ReadOnlySpan<bool>)[true, false])
            {
                foreach (string map in maps)
                {
                    announce($"memory of {map}, {size} pairs, {(reserve ? "reserved" : "growing")}");
                    readings.Add(MemoryProbeCommand.RunInChild(map, size, reserve));
                }
            }
        }

        return readings;
    }
}

using System.CommandLine;
using System.Text.Json;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Memory;

/// <summary>
/// <c>memory-probe</c>, hidden: what a child process runs to read one map's memory where nothing else is.
/// </summary>
internal static class MemoryProbeCommand
{
    public const string Name = "memory-probe";

    /// <summary>The maps that can be probed, by their names on the command line.</summary>
    private static readonly Dictionary<string, Func<int, bool, MemoryReading>> Probes = new(StringComparer.Ordinal)
    {
        ["shardmap"] = MemoryProbe.Run<ShardMapAdapter<ulong, ulong>>,
        ["concurrent"] = MemoryProbe.Run<ConcurrentDictionaryMap<ulong, ulong>>,
        ["dictionary"] = MemoryProbe.Run<DictionaryMap<ulong, ulong>>,
    };

    public static IEnumerable<string> Maps => Probes.Keys;

    public static Command Create()
    {
        var map = new Argument<string>("map");
        map.AcceptOnlyFromAmong([.. Probes.Keys]);
        Option<int> pairs = CommandOptions.Number(
            "--pairs", "Pairs to insert.", defaultValue: 10_000_000, least: 1, most: 1_000_000_000);
        var reserve = new Option<bool>("--reserve");
        var command = new Command(Name, "Reads the memory of one map.") { map, pairs, reserve };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            MemoryReading reading = Probes[parsed.GetValue(map)!](parsed.GetValue(pairs), parsed.GetValue(reserve));
            Console.WriteLine(JsonSerializer.Serialize(reading, MemoryJson.Default.MemoryReading));
        });
        return command;
    }

    /// <summary>Runs a probe in a child process.</summary>
    public static MemoryReading RunInChild(string map, int pairs, bool reserve)
    {
        string[] arguments = [Name, map, "--pairs", $"{pairs}", .. reserve ? (string[])["--reserve"] : []];
        string output = ChildProcess.RunSelf(arguments);
        return JsonSerializer.Deserialize(output, MemoryJson.Default.MemoryReading)
            ?? throw new InvalidOperationException("The probe printed nothing.");
    }
}

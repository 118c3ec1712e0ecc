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
    private static readonly Dictionary<string, Peer> Probes = new(StringComparer.Ordinal)
    {
        [Peers.Ours] = Peer.ShardMap,
        [Peers.Theirs] = Peer.ConcurrentDictionary,
        ["dictionary"] = Peer.Dictionary,
    };

    public static IEnumerable<string> Maps => Probes.Keys;

    public static Command Create()
    {
        Argument<string> map = new("map");
        map.AcceptOnlyFromAmong([.. Probes.Keys]);
        Option<int> pairs = CommandOptions.Number(
            "--pairs", "Pairs to insert.", defaultValue: 10_000_000, least: 1, most: 1_000_000_000);
        Option<bool> reserve = new("--reserve");
        Command command = new(Name, "Reads the memory of one map.") { map, pairs, reserve };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            Visitor visitor = new(parsed.GetValue(pairs), parsed.GetValue(reserve));
            MemoryReading reading = Peers.Visit(Probes[parsed.GetValue(map)!], visitor);
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

    private sealed class Visitor(int pairs, bool reserve) : IPeerVisitor<ulong, ulong, MemoryReading>
    {
        public MemoryReading Visit<TMap>()
            where TMap : struct, IMapUnderTest<TMap, ulong, ulong> => MemoryProbe.Run<TMap>(pairs, reserve);
    }
}

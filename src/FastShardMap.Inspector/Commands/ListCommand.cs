using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap list</c>: every map of a dump or process.</summary>
internal static class ListCommand
{
    public static int Run(string dumpOrProcess, bool json, Output output)
    {
        List<MapSummary> maps;
        int code;
        using (Target target = Target.Open(dumpOrProcess))
        {
            maps = MapFinder.FindAll(target, roots: true).ConvertAll(MapSummary.Of);
            target.ThrowIfEnded();
            code = target.IsCutOff ? ExitCode.Inconsistent : ExitCode.Ok;
            if (maps.Count == 0)
            {
                Console.Error.WriteLine($"fsmap: no map in {target.Name}");
            }

            if (target.Note is not null && !json)
            {
                output.Line($"The managed heap cannot be read ({target.Note}); maps are found by their headers.");
            }
        }

        if (json)
        {
            output.Json(maps);
            return code;
        }

        Table table = Output.Table(4, "map", "name", "type", "state", "entries", "load", "bytes", "shards", "migrating", "locks held");
        foreach (MapSummary map in maps)
        {
            Output.Row(
                table,
                Output.Address(map.Address),
                map.Name,
                map.Type,
                map.State,
                Output.Number(map.Entries),
                Output.Percent(map.Load),
                Output.Number(map.NativeBytes),
                Output.Number(map.Shards),
                Output.Number(map.Migrating),
                Output.Number(map.LocksHeld));
        }

        output.Console.Write(table);
        foreach (MapSummary map in maps)
        {
            output.Line($"{Output.Address(map.Address)}  object {Output.Address(map.Object)}, rooted by {map.RootedBy}{(map.Problem is null ? string.Empty : $"; {map.Problem}")}");
        }

        PrintTypes(maps, output);
        return code;
    }

    private static void PrintTypes(List<MapSummary> maps, Output output)
    {
        Table types = Output.Table(1, "type", "maps", "entries", "native bytes");
        foreach (IGrouping<string, MapSummary> type in maps.GroupBy(map => map.Type, StringComparer.Ordinal).OrderByDescending(type => type.Sum(map => map.NativeBytes)))
        {
            Output.Row(
                types,
                type.Key,
                Output.Number(type.Count()),
                Output.Number(type.Sum(map => map.Entries)),
                Output.Number(type.Sum(map => map.NativeBytes)));
        }

        output.Console.Write(types);
        output.Line($"{maps.Count} maps, {Output.Number(maps.Sum(map => map.Entries))} entries, {Output.Number(maps.Sum(map => map.NativeBytes))} bytes of native memory");
    }
}

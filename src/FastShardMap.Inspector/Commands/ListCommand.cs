using System.Globalization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

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
            maps = MapCatalog.All(target, roots: true).ConvertAll(MapSummary.Of);
            target.ThrowIfEnded();
            code = target.IsCutOff ? ExitCode.Inconsistent : ExitCode.Ok;
            if (maps.Count == 0)
            {
                Console.Error.WriteLine($"fsmap: no map in {Printable.Name(target.Name)}");
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

        Print(maps, output);
        PrintTypes(maps, output);
        return code;
    }

    public static void Print(IReadOnlyList<MapSummary> maps, Output output)
    {
        TableView table = new(
            Column.Key("no."),
            Column.Key("map"),
            Column.Text("name", value: 9, leastCells: 16) with { IsTitle = true },
            Column.Text("type", value: 6, leastCells: 24),
            Column.Text("state", value: 8),
            Column.Number("entries", value: 7),
            Column.Number("load", value: 4),
            Column.Number("bytes", value: 5),
            Column.Number("shards", value: 1),
            Column.Number("migrating", value: 2),
            Column.Number("locks held", value: 3),
            Column.Detail("object"))
        {
            PrefersBlocks = true,
        };
        for (int i = 0; i < maps.Count; i++)
        {
            MapSummary map = maps[i];
            table.Add(
                (i + 1).ToString(CultureInfo.InvariantCulture),
                Output.Address(map.Address),
                Printable.Name(map.Name),
                Printable.Name(map.Type),
                map.State,
                Output.Number(map.Entries),
                Output.Percent(map.Load),
                Output.Number(map.NativeBytes),
                Output.Number(map.Shards),
                Output.Number(map.Migrating),
                Output.Number(map.LocksHeld),
                $"{Output.Address(map.Object)}, rooted by "
                    + $"{map.RootedBy}{(map.Problem is null ? string.Empty : $"; {map.Problem}")}");
        }

        table.Write(output);
    }

    public static void PrintTypes(IReadOnlyList<MapSummary> maps, Output output)
    {
        TableView types = new(
            Column.Text("type", value: 9, leastCells: 20),
            Column.Number("maps", value: 1),
            Column.Number("entries", value: 2),
            Column.Number("native bytes", value: 3));
        foreach (IGrouping<string, MapSummary> type in maps
            .GroupBy(map => map.Type, StringComparer.Ordinal)
            .OrderByDescending(type => type.Total(map => map.NativeBytes)))
        {
            types.Add(
                Printable.Name(type.Key),
                Output.Number(type.Count()),
                Output.Number(type.Total(map => map.Entries)),
                Output.Number(type.Total(map => map.NativeBytes)));
        }

        types.Write(output);
        output.Line(
            $"{Output.Count(maps.Count, "map")}, {Output.Count(maps.Total(map => map.Entries), "entry", "entries")}, "
                + $"{Output.Count(maps.Total(map => map.NativeBytes), "byte")} of native memory");
    }
}

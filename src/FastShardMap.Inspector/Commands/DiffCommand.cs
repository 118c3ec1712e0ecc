using System.Text.Json.Serialization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary>
/// <c>fsmap diff</c>: what has grown between two dumps of one process. A map is recognized by its address.
/// </summary>
internal static class DiffCommand
{
    public static int Run(string before, string after, bool json, Output output)
    {
        Dictionary<ulong, MapSummary> old = Read(before);
        Dictionary<ulong, MapSummary> current = Read(after);
        List<MapDifference> differences = [];
        foreach (ulong address in old.Keys.Union(current.Keys))
        {
            MapSummary? first = old.GetValueOrDefault(address);
            MapSummary? second = current.GetValueOrDefault(address);

            // The address range of a released map may have been given to another one.
            if (first is not null && second is not null && (first.Type != second.Type || first.Name != second.Name))
            {
                differences.Add(MapDifference.Of(first, null));
                first = null;
            }

            differences.Add(MapDifference.Of(first, second));
        }

        differences =
        [
            .. differences
                .OrderByDescending(difference => difference.Bytes)
                .ThenByDescending(difference => difference.Entries),
        ];
        if (json)
        {
            output.Json(differences);
            return ExitCode.Ok;
        }

        Print(differences, output);
        return ExitCode.Ok;
    }

    private static void Print(List<MapDifference> differences, Output output)
    {
        TableView table = new(
            Column.Key("map"),
            Column.Text("name", value: 9, leastCells: 16) with { IsTitle = true },
            Column.Text("type", value: 4, leastCells: 24),
            Column.Text("change", value: 7),
            Column.Number("entries", value: 6),
            Column.Number("native bytes", value: 5),
            Column.Number("entries now", value: 2),
            Column.Number("bytes now", value: 3))
        {
            PrefersBlocks = true,
        };
        foreach (MapDifference difference in differences)
        {
            table.Add(
                Output.Address(difference.Address),
                Printable.Name(difference.Name),
                Printable.Name(difference.Type),
                difference.Change,
                Signed(difference.Entries),
                Signed(difference.Bytes),
                Output.Number(difference.EntriesNow),
                Output.Number(difference.BytesNow));
        }

        table.Write(output);
        output.Line(
            $"entries {Signed(differences.Sum(difference => difference.Entries))}, native bytes "
                + $"{Signed(differences.Sum(difference => difference.Bytes))}");
    }

    private static string Signed(long value) => (value > 0 ? "+" : string.Empty) + Output.Number(value);

    private static Dictionary<ulong, MapSummary> Read(string dump)
    {
        using Target target = Target.Open(dump);
        return MapCatalog.All(target, roots: false)
            .Where(found => found.Header != 0)
            .DistinctBy(found => found.Header)
            .ToDictionary(found => found.Header, MapSummary.Of);
    }

    private sealed record MapDifference(
        [property: JsonConverter(typeof(HexAddress))] ulong Address,
        string Name,
        string Type,
        string Change,
        long Entries,
        long Bytes,
        long EntriesNow,
        long BytesNow)
    {
        public static MapDifference Of(MapSummary? before, MapSummary? after)
        {
            MapSummary known = after ?? before!;
            string change = before is null ? "new" : after is null ? "gone"
                : before.State != after.State ? $"{before.State} → {after.State}" : after.State;
            return new MapDifference(
                known.Address,
                known.Name,
                known.Type,
                change,
                (after?.Entries ?? 0) - (before?.Entries ?? 0),
                (after?.NativeBytes ?? 0) - (before?.NativeBytes ?? 0),
                after?.Entries ?? 0,
                after?.NativeBytes ?? 0);
        }
    }
}

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
    public static int Run(string before, string after, string? wanted, bool json, Output output)
    {
        Side earlier = Side.Read(before);
        Side later = Side.Read(after);
        Dictionary<ulong, MapSummary> old = earlier.ByAddress;
        Dictionary<ulong, MapSummary> current = later.ByAddress;
        List<MapDifference> differences = [];
        foreach (ulong address in wanted is null
            ? old.Keys.Union(current.Keys)
            : [AddressOf(wanted, earlier, later)])
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
            $"entries {Signed(differences.Total(difference => difference.Entries))}, native bytes "
                + $"{Signed(differences.Total(difference => difference.Bytes))}");
    }

    private static string Signed(long value) => (value > 0 ? "+" : string.Empty) + Output.Number(value);

    // The later dump numbers the maps. A map that has gone is known to the earlier one only.
    private static ulong AddressOf(string wanted, Side earlier, Side later)
    {
        bool isGone = MapChooser.Matches(later.Candidates, wanted).Count == 0
            && MapChooser.Matches(earlier.Candidates, wanted).Count > 0;
        Side side = isGone ? earlier : later;
        return side.Maps[MapChooser.Choose(side.Candidates, wanted, side.Name)].Address;
    }

    /// <summary>The maps of one of the dumps.</summary>
    private sealed record Side(string Name, List<MapSummary> Maps)
    {
        public List<MapCandidate> Candidates => Maps.ConvertAll(MapCatalog.CandidateOf);

        public Dictionary<ulong, MapSummary> ByAddress => Maps.ToDictionary(static map => map.Address);

        public static Side Read(string dump)
        {
            using Target target = Target.Open(dump);
            return new Side(
                target.Name,
                [
                    .. MapCatalog.All(target, roots: false)
                        .Where(static found => found.Header != 0)
                        .DistinctBy(static found => found.Header)
                        .Select(MapSummary.Of),
                ]);
        }
    }

    private sealed record MapDifference(
        [property: JsonConverter(typeof(HexAddress))] ulong Address,
        string Name,
        string Type,
        string Change,
        long Entries,
        long Bytes,
        long RecordBytes,
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
                (after?.RecordBytes ?? 0) - (before?.RecordBytes ?? 0),
                after?.Entries ?? 0,
                after?.NativeBytes ?? 0);
        }
    }
}

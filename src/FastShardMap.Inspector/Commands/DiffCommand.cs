using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap diff</c>: what has grown from one dump to the next of the same process. A map keeps its address.</summary>
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

            // The range of a released map may have gone to another one.
            if (first is not null && second is not null && (first.Type != second.Type || first.Name != second.Name))
            {
                differences.Add(MapDifference.Of(first, null));
                first = null;
            }

            differences.Add(MapDifference.Of(first, second));
        }

        differences = [.. differences.OrderByDescending(difference => difference.Bytes).ThenByDescending(difference => difference.Entries)];
        if (json)
        {
            output.Json(differences);
            return ExitCode.Ok;
        }

        Table table = Output.Table(4, "map", "name", "type", "change", "entries", "native bytes", "entries now", "bytes now");
        foreach (MapDifference difference in differences)
        {
            Output.Row(
                table,
                Output.Address(difference.Address),
                difference.Name,
                difference.Type,
                difference.Change,
                Signed(difference.Entries),
                Signed(difference.Bytes),
                Output.Number(difference.EntriesNow),
                Output.Number(difference.BytesNow));
        }

        output.Console.Write(table);
        output.Line($"entries {Signed(differences.Sum(difference => difference.Entries))}, native bytes {Signed(differences.Sum(difference => difference.Bytes))}");
        return ExitCode.Ok;
    }

    private static string Signed(long value) => (value > 0 ? "+" : string.Empty) + Output.Number(value);

    private static Dictionary<ulong, MapSummary> Read(string dump)
    {
        using Target target = Target.Open(dump);
        return MapFinder.FindAll(target, roots: false)
            .Where(found => found.Header != 0)
            .DistinctBy(found => found.Header)
            .ToDictionary(found => found.Header, MapSummary.Of);
    }

    private sealed record MapDifference(
        ulong Address, string Name, string Type, string Change, long Entries, long Bytes, long EntriesNow, long BytesNow)
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

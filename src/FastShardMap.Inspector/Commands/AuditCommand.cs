using System.Globalization;
using FastShardMap.Inspector.Audits;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap audit</c>: the last operations on an audited map, of all its shards, in order of time.</summary>
internal static class AuditCommand
{
    public static int Run(
        string dumpOrProcess, string? wanted, string? key, int? thread, int limit, bool json, Output output)
    {
        using Target target = Target.Open(dumpOrProcess);
        NativeMap map = MapCatalog.Find(target, wanted);
        List<NativeAuditRing> rings = NativeAuditRing.Find(target, map);
        if (rings.Count == 0)
        {
            throw new InspectionException(
                $"The map at {Output.Address(map.Address)} has no audit (AuditedShardMap, AuditedTextShardMap or "
                    + "AuditedBytesShardMap).");
        }

        FieldDecoder keys = NativeAuditRing.KeysOf(target, map);
        Comparison? wantedKey = key is null ? null : Comparison.OfKey(key, keys);
        LatestOperations latest = new(limit);
        long kept = 0;
        long unreadable = 0;
        foreach (NativeAuditRing ring in rings)
        {
            List<AuditedOperation> operations = ring.Read(keys, out long missing);
            foreach (AuditedOperation operation in operations)
            {
                if (wantedKey?.Holds(operation.Key, operation.Key) != false
                    && (thread is null || operation.Thread == thread))
                {
                    latest.Add(operation);
                }
            }

            kept += operations.Count;
            unreadable += missing;
        }

        List<AuditedOperation> shown = latest.TakeAll();
        long recorded = (long)rings.Aggregate(0UL, static (sum, ring) => unchecked(sum + ring.Recorded));
        if (json)
        {
            output.Json(new
            {
                Map = HexAddress.Text(map.Address),
                Recorded = recorded,
                Kept = kept,
                Unreadable = unreadable,
                Operations = shown.Select(operation => new
                {
                    operation.Time,
                    operation.Thread,
                    operation.Operation,
                    operation.Shard,
                    Key = FieldDecoder.Text(operation.Key),
                }),
            });
        }
        else
        {
            Print(map, shown, output);
            output.Line(
                $"{Output.Count(recorded, "operation")} recorded in {Output.Count(rings.Count, "shard")}, "
                    + $"{Output.Number(kept)} of them kept, {Output.Number(shown.Count)} shown");
        }

        if (unreadable > 0)
        {
            Console.Error.WriteLine($"fsmap: {Output.Count(unreadable, "record")} cannot be read.");
        }

        return unreadable == 0 ? ExitCode.Ok : ExitCode.Inconsistent;
    }

    private static void Print(NativeMap map, List<AuditedOperation> operations, Output output)
    {
        output.Line(map.Title);
        TableView table = new(
            Column.Text("time (UTC)", value: 2),
            Column.Text("operation", value: 8),
            Column.Text("key", value: 9, leastCells: 24),
            Column.Number("thread", value: 7),
            Column.Number("shard", value: 1));
        foreach (AuditedOperation operation in operations)
        {
            table.Add(
                operation.Time.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture),
                operation.Operation,
                FieldDecoder.Text(operation.Key),
                operation.Thread.ToString(CultureInfo.InvariantCulture),
                operation.Shard.ToString(CultureInfo.InvariantCulture));
        }

        table.Write(output);
    }
}

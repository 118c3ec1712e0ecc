using System.Globalization;
using FastShardMap.Inspector.Audits;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap audit</c>: the last operations on a map under audit, of all its shards, by time.</summary>
internal static class AuditCommand
{
    public static int Run(string dumpOrProcess, ulong address, string? key, int? thread, int limit, bool json, Output output)
    {
        using Target target = Target.Open(dumpOrProcess);
        NativeMap map = MapFinder.Find(target, address);
        List<NativeAuditRing> rings = NativeAuditRing.Find(target, map);
        if (rings.Count == 0)
        {
            throw new InspectionException($"The map at {Output.Address(map.Address)} is under no audit (AuditedShardMap).");
        }

        FieldDecoder keys = FieldDecoder.For(map.KeyType, map.KeyBytes, target.Runtime);
        List<AuditedOperation> operations = [];
        long unreadable = 0;
        foreach (NativeAuditRing ring in rings)
        {
            operations.AddRange(ring.Read(keys, out long missing));
            unreadable += missing;
        }

        // Stable: within a shard the order is right already.
        List<AuditedOperation> wanted =
        [
            .. operations
                .Where(operation => (key is null || FieldDecoder.Text(operation.Key) == key) && (thread is null || operation.Thread == thread))
                .OrderBy(operation => operation.Time)
                .ThenBy(operation => operation.Timestamp)
                .TakeLast(limit),
        ];
        long recorded = (long)rings.Aggregate(0UL, static (sum, ring) => unchecked(sum + ring.Recorded));
        if (json)
        {
            output.Json(new
            {
                Map = map.Address,
                Recorded = recorded,
                Kept = operations.Count,
                Unreadable = unreadable,
                Operations = wanted.Select(operation => new
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
            Print(map, wanted, output);
            output.Line($"{Output.Number(recorded)} operations recorded in {rings.Count} shards, {Output.Number(operations.Count)} of them kept, {Output.Number(wanted.Count)} shown");
        }

        if (unreadable > 0)
        {
            Console.Error.WriteLine($"fsmap: {unreadable} records cannot be read.");
        }

        return unreadable == 0 ? ExitCode.Ok : ExitCode.Inconsistent;
    }

    private static void Print(NativeMap map, List<AuditedOperation> operations, Output output)
    {
        output.Line($"{map.TypeText}{(map.UserName.Length == 0 ? string.Empty : $" '{map.UserName}'")} at {Output.Address(map.Address)}");
        Table table = Output.Table(3, "time (UTC)", "operation", "key", "thread", "shard");
        foreach (AuditedOperation operation in operations)
        {
            Output.Row(
                table,
                operation.Time.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture),
                operation.Operation,
                FieldDecoder.Text(operation.Key),
                operation.Thread.ToString(CultureInfo.InvariantCulture),
                operation.Shard.ToString(CultureInfo.InvariantCulture));
        }

        output.Console.Write(table);
    }
}

using System.Globalization;
using System.Text;
using FastShardMap.Inspector.Html;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using FastShardMap.Inspector.Threads;
using Microsoft.Diagnostics.Runtime;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap show</c>: one map, shard by shard.</summary>
internal static class ShowCommand
{
    private const int BarWidth = 50;

    /// <summary>More shards than this are cut in the table for people, the conspicuous ones first.</summary>
    private const int MaxShardRows = 32;

    public static int Run(string dumpOrProcess, ulong address, string? htmlFile, bool json, bool all, Output output)
    {
        MapReport report;
        using (Target target = Target.Open(dumpOrProcess))
        {
            report = MapReport.Create(target.Name, MapFinder.Find(target, address), target.Runtime);
            target.ThrowIfEnded();
        }

        if (htmlFile is not null)
        {
            OutputFile.Write(htmlFile, file => file.Write(Encoding.UTF8.GetBytes(HeatMapPage.Render(report))));
            output.Line($"Written: {htmlFile}");
        }

        if (json)
        {
            output.Json(report.ToJson());
        }
        else if (htmlFile is null)
        {
            Print(report, all, output);
        }

        return ExitCode.Ok;
    }

    private static void Print(MapReport report, bool all, Output output)
    {
        NativeMap map = report.Map;
        output.Line($"{map.TypeText}{(map.UserName.Length == 0 ? string.Empty : $" '{map.UserName}'")} at {Output.Address(map.Address)} in {report.TargetName}");
        output.Line($"  created {new DateTime(Math.Clamp(map.Header.CreatedTicks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc).ToString("u", CultureInfo.InvariantCulture)}, hasher {map.HasherType}{(map.OptionsText.Length == 0 ? string.Empty : $", {map.OptionsText}")}");
        output.Line($"  {Output.Number(report.Entries)} entries of {Output.Number(report.Capacity)} in {map.ShardCount} shards, {map.SlotsPerGroup} slots to a group of {map.StrideBytes} bytes{(map.IsDisposed ? "; DISPOSED" : string.Empty)}");
        output.Line($"  fullest shard {report.LargestShare.ToString("0.0", CultureInfo.InvariantCulture)} times the mean; {report.Migrating} shards migrating; {report.LocksHeld} locks held");
        output.Line();
        PrintShards(report, all, output);
        PrintHistogram(output, "groups by entries", report.GroupsByFill.Take(map.SlotsPerGroup + 1).Select((count, fill) => ($"{fill}", count)));
        if (report.EntriesByProbeLength.Length > 0)
        {
            PrintHistogram(output, "entries by groups from home", report.EntriesByProbeLength.Select((count, length) => (length == report.EntriesByProbeLength.Length - 1 ? $"{length}+" : $"{length}", count)));
        }

        PrintHistogram(output, "groups by overflow count", report.GroupsByOverflow.Select((count, kind) => (MapReport.OverflowLabels[kind], count)));
        PrintHolders(report, output);
    }

    private static void PrintShards(MapReport report, bool all, Output output)
    {
        Table table = Output.Table(0, "shard", "entries", "load", "groups", "probe length", "saturated", "migration", "lock", "waits", "wait time", "fallbacks");
        IEnumerable<ShardFigures> shards = report.Shards;
        if (!all && report.Shards.Count > MaxShardRows)
        {
            shards = report.Shards
                .OrderByDescending(shard => shard.LockOwner != 0)
                .ThenByDescending(shard => shard.IsMigrating)
                .ThenByDescending(shard => shard.Entries)
                .Take(MaxShardRows)
                .OrderBy(shard => shard.Shard);
        }

        foreach (ShardFigures shard in shards)
        {
            Output.Row(
                table,
                Output.Number(shard.Shard),
                Output.Number(shard.Entries),
                Output.Percent(shard.Load(report.Map.SlotsPerGroup)),
                Output.Number((long)shard.CurrentGroups),
                shard.MeanProbeLength.ToString("0.000", CultureInfo.InvariantCulture),
                Output.Number(shard.Side.SaturatedGroups),
                shard.IsMigrating ? $"{shard.Side.MigrationCursor} of {shard.PreviousGroups}" : "–",
                shard.LockOwner == 0 ? "–" : $"thread {shard.LockOwner}{(shard.HasParkedThreads ? ", others wait" : string.Empty)}",
                Output.Number(shard.Side.LockWaits),
                $"{(shard.Side.LockWaitNanoseconds / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} ms",
                Output.Number(shard.Side.ReadFallbacks));
        }

        output.Console.Write(table);
        if (!all && report.Shards.Count > MaxShardRows)
        {
            output.Line($"({report.Shards.Count - MaxShardRows} more shards: --all)");
        }

        if (report.UnreadableShards > 0)
        {
            output.Line($"{report.UnreadableShards} shards cannot be read");
        }
    }

    private static void PrintHistogram(Output output, string title, IEnumerable<(string Label, long Count)> bars)
    {
        List<(string Label, long Count)> list = [.. bars];
        while (list.Count > 1 && list[^1].Count == 0)
        {
            list.RemoveAt(list.Count - 1);
        }

        long most = Math.Max(1, list.Max(bar => bar.Count));
        output.Line();
        output.Line(title);
        foreach ((string label, long count) in list)
        {
            int width = count == 0 ? 0 : Math.Max(1, (int)(count * BarWidth / most));
            output.Line($"  {label,9}  {Output.Number(count),13}  {new string('█', width)}");
        }
    }

    private static void PrintHolders(MapReport report, Output output)
    {
        foreach (LockHolder holder in report.Holders)
        {
            output.Line();
            output.Line($"shard {holder.Shard} is locked by managed thread {holder.ManagedThreadId}{(holder.OsThreadId == 0 ? ", which has ended" : $" (system thread {holder.OsThreadId})")}");
            foreach (string frame in holder.Stack)
            {
                output.Line($"    {frame}");
            }
        }
    }
}

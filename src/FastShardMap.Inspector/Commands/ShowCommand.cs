using System.Globalization;
using System.Text;
using FastShardMap.Inspector.Html;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap show</c>: one map, shard by shard.</summary>
internal static class ShowCommand
{
    private const int WidestBar = 50;
    private const int NarrowestBar = 10;

    /// <summary>The cells before a bar.</summary>
    private const int LabelCells = 28;

    /// <summary>The table shows at most this many shards, the most conspicuous ones.</summary>
    private const int MaxShardRows = 32;

    private static readonly Column[] s_recordColumns =
    [
        Column.Number("record bytes", value: 6), Column.Number("held", value: 5), Column.Number("free", value: 4),
        Column.Number("limbo", value: 3), Column.Number("segments", value: 1),
    ];

    public static int Run(string dumpOrProcess, string? wanted, string? htmlFile, bool json, bool all, Output output)
    {
        MapReport report;
        using (Target target = Target.Open(dumpOrProcess))
        {
            report = MapReport.Create(
                target.Name, Capture.Of(dumpOrProcess), MapCatalog.Find(target, wanted), target.Runtime);
            target.ThrowIfEnded();
        }

        if (htmlFile is not null)
        {
            // The page is complete before the file is touched.
            byte[] page = Encoding.UTF8.GetBytes(HeatMapPage.Render(report));
            OutputFile.Write(htmlFile, file => file.Write(page));
            if (!json)
            {
                output.Line($"Written: {htmlFile}");
            }
        }

        if (json)
        {
            output.Json(report.ToJson());
        }
        else if (htmlFile is null)
        {
            Print(report, all, output);
        }

        return report.UnreadableShards == 0 && report.UnreadableGroups == 0 ? ExitCode.Ok : ExitCode.Inconsistent;
    }

    internal static void Print(MapReport report, bool all, Output output)
    {
        NativeMap map = report.Map;
        output.Line($"{map.Title} in {Printable.Name(report.TargetName)}");
        output.Line($"  {report.Capture.Text}; map created {Output.Time(report.Created)}");
        string options = map.OptionsText.Length == 0 ? string.Empty : $", {map.OptionsText}";
        output.Line($"  hasher {Printable.Name(map.HasherType)}{options}");
        output.Line(
            $"  {Output.Count(report.Entries, "entry", "entries")} of {Output.Number(report.Capacity)} in "
                + $"{Output.Count(map.ShardCount, "shard")}, {Output.Count(map.SlotsPerGroup, "slot")} per group of "
                + $"{Output.Count(map.StrideBytes, "byte")}{(map.IsDisposed ? "; DISPOSED" : string.Empty)}");
        output.Line(
            $"  fullest shard {report.LargestShare.ToString("0.0", CultureInfo.InvariantCulture)} times the mean; "
                + $"{Output.Count(report.Migrating, "shard")} migrating; "
                + $"{Output.Count(report.LocksHeld, "lock")} held");
        if (map.HasRecords)
        {
            PrintRecords(report, output);
        }

        foreach (string finding in report.Verdict)
        {
            output.Line($"  VERDICT: {finding}");
        }

        output.Line();
        PrintShards(report, all, output);
        PrintHistogram(
            output,
            "groups by entries",
            report.GroupsByFill.Take(map.SlotsPerGroup + 1).Select((count, fill) => ($"{fill}", count)));
        if (report.EntriesByProbeLength.Length > 0)
        {
            PrintHistogram(
                output,
                "entries by groups from home",
                report.EntriesByProbeLength.Select(
                    (count, length) => (
                        length == report.EntriesByProbeLength.Length - 1 ? $"{length}+" : $"{length}", count)));
        }

        PrintHistogram(
            output,
            "groups by overflow count",
            report.GroupsByOverflow.Select((count, kind) => (MapReport.OverflowLabels[kind], count)));
        if (map.HasRecords)
        {
            PrintHistogram(
                output,
                "entries by bytes of the key",
                report.KeyLengths.Select((count, kind) => (RecordFigures.LengthLabels[kind], count)));
        }

        PrintHolders(report, output);
    }

    private static void PrintRecords(MapReport report, Output output)
    {
        RecordFigures records = report.Records;
        string what = report.Map.HasBlobs ? "keys and values" : "long keys";
        output.Line(
            $"  records of {what}: {Output.Count(records.LiveBytes, "byte")} live of "
                + $"{Output.Number(records.HeldBytes)} held in {Output.Count(records.Segments, "segment")}, "
                + $"{Output.Number(records.FreeBytes)} free, {Output.Number(records.LimboBytes)} in limbo; "
                + $"fragmentation {Output.Percent(records.Fragmentation)}");
    }

    private static void PrintShards(MapReport report, bool all, Output output)
    {
        TableView table = new(
        [
            new Column("shard") { IsNumber = true },
            Column.Number("entries", value: 9),
            Column.Number("load", value: 8),
            Column.Number("groups", value: 5),
            Column.Number("probe length", value: 6),
            Column.Number("saturated", value: 3),
            Column.Number("migration", value: 7),
            new Column("lock") { Value = 10, IsNumber = true, LeastCells = 12 },
            Column.Number("waits", value: 4),
            Column.Number("wait time", value: 2),
            Column.Number("fallbacks", value: 1),
            .. report.Map.HasRecords ? s_recordColumns : [],
        ]);
        IEnumerable<ShardFigures> shards = all ? report.Shards : report.MostConspicuous(MaxShardRows);
        foreach (ShardFigures shard in shards)
        {
            table.Add(
            [
                Output.Number(shard.Shard),
                Output.Number(shard.Entries),
                Output.Percent(shard.Load(report.Map.SlotsPerGroup)),
                Output.Number((long)shard.CurrentGroups),
                shard.MeanProbeLength.ToString("0.000", CultureInfo.InvariantCulture),
                Output.Number(shard.Side.SaturatedGroups),
                shard.IsMigrating ? $"{shard.Side.MigrationCursor} of {shard.PreviousGroups}" : "–",
                shard.LockOwner == 0
                    ? "–"
                    : $"thread {shard.LockOwner}{(shard.HasParkedThreads ? ", others wait" : string.Empty)}",
                Output.Number(shard.Side.LockWaits),
                $"{(shard.Side.LockWaitNanoseconds / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} ms",
                Output.Number(shard.Side.ReadFallbacks),
                .. report.Map.HasRecords ? RecordCells(shard.Records) : [],
            ]);
        }

        table.Write(output);
        if (!all && report.Shards.Count > MaxShardRows)
        {
            output.Line($"({Output.Count(report.Shards.Count - MaxShardRows, "more shard")}: --all)");
        }

        if (report.UnreadableShards > 0)
        {
            output.Line($"{Output.Count(report.UnreadableShards, "shard")} cannot be read");
        }
    }

    private static string[] RecordCells(RecordFigures records) =>
    [
        Output.Number(records.LiveBytes), Output.Number(records.HeldBytes), Output.Number(records.FreeBytes),
        Output.Number(records.LimboBytes), Output.Number(records.Segments),
    ];

    private static void PrintHistogram(Output output, string title, IEnumerable<(string Label, long Count)> bars)
    {
        List<(string Label, long Count)> list = [.. bars];
        while (list.Count > 1 && list[^1].Count == 0)
        {
            list.RemoveAt(list.Count - 1);
        }

        long most = list.Select(bar => bar.Count).Append(1).Max();
        int barWidth = Math.Clamp(output.TableWidth - LabelCells - 1, NarrowestBar, WidestBar);
        output.Line();
        output.Line(title);
        foreach ((string label, long count) in list)
        {
            int width = count == 0 ? 0 : Math.Max(1, (int)(count * barWidth / most));
            output.Line($"  {label,9}  {Output.Number(count),13}  {new string('█', width)}");
        }
    }

    private static void PrintHolders(MapReport report, Output output)
    {
        foreach (LockHolder holder in report.Holders)
        {
            output.Line();
            output.Line($"shard {holder.Shard} is locked by {holder.ThreadText}");
            foreach (string frame in holder.Stack)
            {
                output.Line($"    {frame}");
            }
        }
    }
}

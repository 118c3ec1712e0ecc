using System.Globalization;
using System.Text;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Html;

/// <summary>
/// The shards: one cell each, which leads to a section with all figures of the shard. The page has no scripts; a
/// section is visible while the address of the page ends with its id.
/// </summary>
internal static partial class HeatMapPage
{
    /// <summary>A section takes about three kilobytes.</summary>
    private const int MaxSections = 256;

    // One cell per shard, coloured by its entries on a scale from the emptiest shard to the fullest.
    private static void AppendShards(StringBuilder page, MapReport report)
    {
        int columns = Math.Min(CellsPerRow, report.Map.ShardCount);
        int rows = (report.Map.ShardCount + columns - 1) / columns;
        HeatScale scale = HeatScale.Of(report.Shards.Select(shard => (double)shard.Entries));
        double mean = report.Shards.Count == 0 ? 0 : report.Entries / (double)report.Shards.Count;
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Shards</h2><p class=\"sub\">Colour: entries of a shard, from the emptiest to the fullest. "
                + $"{Key("m")} migrating {Key("l")} lock held</p>\n");
        page.Append(scale.Legend("shards-scale", entries => Output.Count((long)entries, "entry", "entries")
            + (mean == 0
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" ({entries / mean:0.00} × mean)"))));
        page.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"wide\"><svg id=\"shards\" role=\"group\" aria-label=\"Entries of each shard\" "
                + $"width=\"{LabelPixels + (columns * CellPixels)}\" height=\"{(rows * CellPixels) + 2}\">");
        for (int row = 0; row < rows; row++)
        {
            page.Append(
                CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(row * CellPixels) + 10}\">{row * columns}</text>");
        }

        HashSet<int> described = [.. report.MostConspicuous(MaxSections).Select(static shard => shard.Shard)];
        foreach (ShardFigures shard in report.Shards)
        {
            AppendCell(page, shard, shard.Shard % columns, shard.Shard / columns, scale.Colour(shard.Entries),
                described.Contains(shard.Shard));
        }

        page.Append("</svg></div>\n");
    }

    private static void AppendCell(
        StringBuilder page, ShardFigures shard, int column, int row, string colour, bool hasSection)
    {
        int x = LabelPixels + (column * CellPixels);
        int y = row * CellPixels;
        string text = $"shard {shard.Shard}: {Output.Count(shard.Entries, "entry", "entries")}";
        page.Append(hasSection ? $"<a href=\"#shard-{shard.Shard}\" aria-label=\"{text}\">" : string.Empty);
        page.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"s\" x=\"{x}\" y=\"{y}\" width=\"{CellPixels - 1}\" height=\"{CellPixels - 1}\" "
                + $"fill=\"{colour}\"><title>{text}</title></rect>");
        string frame = shard.LockOwner != 0 ? "l" : shard.IsMigrating ? "m" : string.Empty;
        if (frame.Length > 0)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<rect class=\"{frame}\" x=\"{x + 1}\" y=\"{y + 1}\" width=\"{CellPixels - 3}\" "
                    + $"height=\"{CellPixels - 3}\"/>");
        }

        page.Append(hasSection ? "</a>" : string.Empty);
    }

    private static void AppendShardSections(StringBuilder page, MapReport report)
    {
        List<ShardFigures> shards = [.. report.MostConspicuous(MaxSections)];
        string which = shards.Count < report.Shards.Count
            ? $" Of {Output.Count(report.Shards.Count, "shard")}, the {shards.Count} most conspicuous ones have a page."
            : string.Empty;
        page.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"sub\">A cell leads to the figures of its shard.{which} "
                + $"<a href=\"#all-shards\">Show all of them</a> <a href=\"#shards\">Hide them</a></p>\n"
                + $"<div id=\"all-shards\">\n");
        foreach (ShardFigures shard in shards)
        {
            AppendSection(page, report.Map, shard);
        }

        page.Append("</div>\n");
    }

    private static void AppendSection(StringBuilder page, NativeMap map, ShardFigures shard)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<section class=\"shard\" id=\"shard-{shard.Shard}\"><h2>Shard {shard.Shard}</h2><dl>");
        foreach ((string name, string value) in FiguresOf(map, shard))
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{Html(name)}</dt><dd>{Html(value)}</dd>");
        }

        page.Append("</dl>");
        if (shard.LockOwner != 0)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<p><a href=\"#holder-{shard.Shard}\">Stack of the lock's holder</a></p>");
        }

        page.Append("<div class=\"row\">");
        AppendBars(
            page,
            $"Groups of shard {shard.Shard} by number of entries",
            shard.GroupsByFill.Take(map.SlotsPerGroup + 1).Select((count, fill) => (Text(fill), count)),
            "h3");
        if (shard.EntriesByProbeLength.Length > 0)
        {
            AppendBars(
                page,
                $"Entries of shard {shard.Shard} by probe length",
                shard.EntriesByProbeLength.Select((count, length) => (Text(length), count)),
                "h3");
        }

        page.Append("</div></section>\n");
    }

    private static IEnumerable<(string Name, string Value)> FiguresOf(NativeMap map, ShardFigures shard)
    {
        yield return ("entries", $"{Output.Number(shard.Entries)} of {Output.Number(shard.Side.MaxEntries)}");
        yield return ("load", Output.Percent(shard.Load(map.SlotsPerGroup)));
        yield return ("groups", Output.Number((long)shard.CurrentGroups));
        yield return ("mean probe length", shard.MeanProbeLength.ToString("0.000", CultureInfo.InvariantCulture));
        yield return ("saturated groups", Output.Number(shard.Side.SaturatedGroups));
        yield return ("migration", shard.IsMigrating
            ? $"{shard.Side.MigrationCursor} of {shard.PreviousGroups} groups moved, "
                + $"{Output.Count(shard.EntriesInPrevious, "entry", "entries")} not yet"
            : "none");
        yield return ("migrations finished", Output.Number(shard.Side.MigrationsFinished));
        yield return ("lock", shard.LockOwner == 0
            ? "free"
            : $"held by thread {shard.LockOwner}{(shard.HasParkedThreads ? ", others wait" : string.Empty)}");
        yield return ("lock waits", $"{Output.Number(shard.Side.LockWaits)} in {MillisecondsOf(shard)} ms");
        yield return ("reads under the lock", Output.Number(shard.Side.ReadFallbacks));
        if (map.HasRecords)
        {
            RecordFigures records = shard.Records;
            yield return ("record bytes", $"{Output.Number(records.LiveBytes)} live of "
                + $"{Output.Number(records.HeldBytes)} held, {Output.Number(records.FreeBytes)} free, "
                + $"{Output.Number(records.LimboBytes)} in limbo");
        }

        if (shard.UnreadableGroups > 0)
        {
            yield return ("unreadable groups", Output.Number((long)shard.UnreadableGroups));
        }
    }

    private static string MillisecondsOf(ShardFigures shard) =>
        (shard.Side.LockWaitNanoseconds / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}

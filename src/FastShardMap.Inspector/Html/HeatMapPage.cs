using System.Globalization;
using System.Net;
using System.Text;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Html;

/// <summary>
/// Renders a map as one self-contained page, with style and drawings (SVG) and without scripts. It is light or dark
/// like the reader's system.
/// </summary>
internal static partial class HeatMapPage
{
    private const int CellsPerRow = 64;
    private const int CellPixels = 12;
    private const int LabelPixels = 60;
    private const int BarsWidth = 420;
    private const int BarHeight = 18;

    /// <summary>Leaves room for the label before a bar and the number after it, on a screen of 360 pixels.</summary>
    private const int LongestBarPercent = 60;

    /// <summary>More rows would not be readable, so the page shows the fullest shards.</summary>
    private const int MaxHeatRows = 256;

    public static string Render(MapReport report)
    {
        NativeMap map = report.Map;
        StringBuilder page = new();
        string title = map.TypeText + (map.UserName.Length == 0 ? string.Empty : $" “{map.UserName}”");
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{Html(title)}</title>
            <style>{Style}</style></head><body>
            <h1>{Html(title)}</h1>
            <p class="sub">{string.Join(" · ", Facts(report))}</p>
            <ul id="verdict">{string.Concat(report.Verdict.Select(finding => $"<li>{Html(finding)}</li>"))}</ul>

            """);
        AppendFigures(page, report);
        AppendShards(page, report);
        AppendShardSections(page, report);
        AppendGroups(page, report);
        AppendMigrations(page, report);
        page.Append("<section class=\"row\">");
        AppendBars(
            page,
            "Groups by number of entries",
            report.GroupsByFill.Take(map.SlotsPerGroup + 1).Select((count, fill) => (Text(fill), count)));
        if (report.EntriesByProbeLength.Length > 0)
        {
            AppendBars(
                page,
                "Entries by probe length (groups from home)",
                report.EntriesByProbeLength.Select((count, length) => (Text(length), count)));
        }

        AppendBars(
            page,
            "Groups by overflow count",
            report.GroupsByOverflow.Select((count, kind) => (MapReport.OverflowLabels[kind], count)));
        if (map.HasRecords)
        {
            AppendBars(
                page,
                "Entries by bytes of the key",
                report.KeyLengths.Select((count, kind) => (RecordFigures.LengthLabels[kind], count)));
        }

        page.Append("</section>\n");
        AppendHolders(page, report);
        page.Append("</body></html>\n");
        return page.ToString();
    }

    // What the page says about the map below its title, as HTML.
    private static IEnumerable<string> Facts(MapReport report)
    {
        NativeMap map = report.Map;
        yield return $"header at 0x{map.Address:x} in {Html(Printable.Name(report.TargetName))}";
        yield return Html(report.Capture.Text);
        yield return $"map created {Html(Output.Time(report.Created))}";
        yield return $"hasher {Html(Printable.Name(TypeNames.Short(map.HasherType)))}";
        yield return Output.Count(map.ShardCount, "shard");
        yield return $"{Output.Count(map.SlotsPerGroup, "slot")} per group of {Output.Count(map.StrideBytes, "byte")}";
        if (map.IsDisposed)
        {
            yield return "<b>disposed</b>";
        }
    }

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2330;--sub:#5b6575;--paper:#fff;--line:#d9dee6;
        --bar:#2f6fbd;--warn:#b4231f;--empty:#eef1f5}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--sub:#9aa4b5;--paper:#14181f;--line:#2c3440;
        --bar:#5b9be0;--warn:#ff7b72;--empty:#1f252e}}
        body{margin:2rem;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);
        overflow-wrap:anywhere}
        h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .4rem}.sub,caption{color:var(--sub)}
        .figures{display:flex;flex-wrap:wrap;gap:.6rem 2.2rem;margin:1rem 0}.figures div{font-size:1.25rem}
        .figures span{display:block;font-size:.8rem;color:var(--sub)}
        .row{display:flex;flex-wrap:wrap;gap:0 3rem}.row>div{flex:0 1 590px}.bars{width:100%}
        .wide{overflow-x:auto}@media(max-width:600px){body{margin:1rem}}
        svg text{fill:var(--sub);font:11px system-ui,sans-serif}
        svg .n{fill:var(--ink)}
        svg .b{fill:var(--bar)}svg .e{fill:var(--empty)}svg .m{fill:none;stroke:#e08a00;stroke-width:2}
        svg .l{fill:none;stroke:var(--warn);stroke-width:2}
        pre{border-left:3px solid var(--warn);padding:.3rem .9rem;overflow-x:auto}
        .warn{color:var(--warn)}
        #verdict{margin:.8rem 0;padding:.5rem .9rem .5rem 1.9rem;
        border-left:3px solid var(--bar);background:var(--empty)}
        section.shard{display:none;border-left:3px solid var(--bar);padding:.2rem .9rem}
        section.shard:target,#all-shards:target section.shard{display:block}
        .shard h2{margin-top:.4rem}h3{font-size:.95rem;margin:.8rem 0 .4rem}
        dl{display:grid;grid-template-columns:max-content auto;gap:.1rem 1.2rem;margin:.4rem 0}
        dt{color:var(--sub)}dd{margin:0}a{color:var(--bar)}svg a:focus rect{stroke:var(--ink);stroke-width:2}
        svg.legend{display:block;width:100%;max-width:420px;margin:.2rem 0 .5rem}svg.key{vertical-align:-2px}
        """;

    private static void AppendFigures(StringBuilder page, MapReport report)
    {
        page.Append("<div class=\"figures\">");
        Figure("entries", Output.Number(report.Entries));
        Figure("capacity", Output.Number(report.Capacity));
        Figure("fullest shard ÷ mean", report.LargestShare.ToString("0.00", CultureInfo.InvariantCulture));
        Figure("shards migrating", Output.Number(report.Migrating));
        Figure("locks held", Output.Number(report.LocksHeld));
        Figure("lock waits", Output.Number(report.Shards.Total(shard => shard.Side.LockWaits)));
        Figure("reads under the lock", Output.Number(report.Shards.Total(shard => shard.Side.ReadFallbacks)));
        if (report.Map.HasRecords)
        {
            Figure("bytes of long keys", Output.Number(report.Records.LiveBytes));
            Figure("bytes held for them", Output.Number(report.Records.HeldBytes));
        }

        page.Append("</div>\n");

        void Figure(string name, string value) =>
            page.Append(CultureInfo.InvariantCulture, $"<div>{Html(value)}<span>{Html(name)}</span></div>");
    }

    // One row per shard, which shows its table from left to right, in sections.
    private static void AppendGroups(StringBuilder page, MapReport report)
    {
        List<ShardFigures> shards = [.. report.Shards
            .Where(shard => shard.Heat.Length > 0)
            .OrderByDescending(shard => shard.Entries)
            .Take(MaxHeatRows)
            .OrderBy(shard => shard.Shard)];
        HeatScale scale = HeatScale.Of(shards.SelectMany(shard => shard.Heat));
        page.Append(
            "<h2>Groups</h2><p class=\"sub\">Each row is the current table of a shard, from its first group to its "
                + "last. Colour: load, from the lowest to the highest.</p>\n");
        page.Append(scale.Legend("groups-scale", Output.Percent));
        int width = LabelPixels + (CellsPerRow * CellPixels);
        page.Append(
            CultureInfo.InvariantCulture,
            $"<div class=\"wide\"><svg id=\"groups\" role=\"img\" aria-label=\"Load of the groups of each shard\" "
                + $"width=\"{width}\" height=\"{(shards.Count * CellPixels) + 2}\">");
        for (int row = 0; row < shards.Count; row++)
        {
            ShardFigures shard = shards[row];
            page.Append(
                CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(row * CellPixels) + 10}\">{shard.Shard}</text>");
            double cellWidth = CellsPerRow * CellPixels / (double)shard.Heat.Length;
            for (int cell = 0; cell < shard.Heat.Length; cell++)
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect class=\"g\" x=\"{LabelPixels + (cell * cellWidth):0.##}\" y=\"{row * CellPixels}\" "
                        + $"width=\"{cellWidth - 1:0.##}\" height=\"{CellPixels - 1}\" "
                        + $"fill=\"{scale.Colour(shard.Heat[cell])}\"/>");
            }
        }

        page.Append("</svg></div>\n");
        if (shards.Count < report.Shards.Count(shard => shard.Heat.Length > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"sub\">The {MaxHeatRows} fullest shards.</p>\n");
        }
    }

    // The frame of a cell, for the legend.
    private static string Key(string frame) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<svg class=\"key\" aria-hidden=\"true\" width=\"{CellPixels + 2}\" "
                + $"height=\"{CellPixels + 2}\"><rect class=\"e\" width=\"{CellPixels}\" "
                + $"height=\"{CellPixels}\"/><rect class=\"{frame}\" x=\"1\" y=\"1\" "
                + $"width=\"{CellPixels - 2}\" height=\"{CellPixels - 2}\"/></svg>");

    private static void AppendMigrations(StringBuilder page, MapReport report)
    {
        List<ShardFigures> migrating = [.. report.Shards.Where(shard => shard.IsMigrating)];
        if (migrating.Count == 0)
        {
            return;
        }

        // The numbers come first, because a narrow screen shows only the left part before the reader scrolls.
        const int BarsLeft = LabelPixels + 260;
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Migrations</h2><div class=\"wide\"><svg id=\"migrations\" role=\"img\" "
                + $"aria-label=\"Migrations\" width=\"{BarsLeft + BarsWidth}\" "
                + $"height=\"{migrating.Count * BarHeight}\">");
        for (int row = 0; row < migrating.Count; row++)
        {
            ShardFigures shard = migrating[row];
            int y = row * BarHeight;
            double share = Math.Clamp(shard.Progress, 0, 1);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"0\" y=\"{y + 12}\">{shard.Shard}</text><rect class=\"e\" x=\"{BarsLeft}\" y=\"{y}\" "
                    + $"width=\"{BarsWidth}\" height=\"{BarHeight - 4}\"/><rect class=\"b\" x=\"{BarsLeft}\" "
                    + $"y=\"{y}\" width=\"{BarsWidth * share:0.#}\" height=\"{BarHeight - 4}\"/>");
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"n\" x=\"{LabelPixels}\" y=\"{y + 12}\">{shard.Side.MigrationCursor} "
                    + $"of {shard.PreviousGroups} groups moved to {shard.CurrentGroups}</text>");
        }

        page.Append("</svg></div>\n");
    }

    // The bars take a share of the drawing's width, so that all of it fits on a narrow screen.
    private static void AppendBars(
        StringBuilder page, string title, IEnumerable<(string Label, long Count)> bars, string heading = "h2")
    {
        List<(string Label, long Count)> list = [.. bars];
        while (list.Count > 1 && list[^1].Count == 0)
        {
            list.RemoveAt(list.Count - 1);
        }

        long most = list.Select(bar => bar.Count).Append(1).Max();
        page.Append(
            CultureInfo.InvariantCulture,
            $"<div><{heading}>{Html(title)}</{heading}><svg class=\"bars\" role=\"img\" "
                + $"aria-label=\"{Html(title)}\" height=\"{list.Count * BarHeight}\">");
        for (int row = 0; row < list.Count; row++)
        {
            (string label, long count) = list[row];
            double percent = count == 0 ? 0 : Math.Max(0.2, LongestBarPercent * (double)count / most);
            int y = row * BarHeight;
            page.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{LabelPixels - 8}\" y=\"{y + 12}\" text-anchor=\"end\">{Html(label)}</text><rect "
                    + $"class=\"b\" x=\"{LabelPixels}\" y=\"{y}\" width=\"{percent:0.##}%\" "
                    + $"height=\"{BarHeight - 4}\"/><text class=\"n\" x=\"{percent:0.##}%\" dx=\"{LabelPixels + 6}\" "
                    + $"y=\"{y + 12}\">{Output.Number(count)}</text>");
        }

        page.Append("</svg></div>\n");
    }

    private static void AppendHolders(StringBuilder page, MapReport report)
    {
        foreach (LockHolder holder in report.Holders)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<h2 class=\"warn\" id=\"holder-{holder.Shard}\">Shard {holder.Shard} is locked by "
                    + $"{holder.ThreadText}</h2><pre>{string.Join('\n', holder.Stack.Select(Html))}</pre>\n");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Html(string text) => WebUtility.HtmlEncode(Printable.Text(text));
}

using System.Xml.Linq;
using FastShardMap.Inspector.Html;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Tests.Html;

public sealed class HeatMapPageTests
{
    [Fact]
    public void Render_MapWithAName_EscapesIt()
    {
        using ShardMap<ulong, ulong> map = new(
            new ShardMapOptions { Name = "<script>alert(1)</script>", ShardCount = 2 });
        map[1] = 1;

        Assert.DoesNotContain("<script", Render(map), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Render_AnyMap_NeedsNothingFromOutside()
    {
        string page = Render(Filled(out ShardMap<ulong, ulong> map));
        map.Dispose();

        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Render_Drawings_HaveACellForEachShard()
    {
        string page = Render(Filled(out ShardMap<ulong, ulong> map));
        map.Dispose();
        XElement[] drawings = [.. Drawings(page)];

        Assert.Equal(
            32,
            drawings
                .Single(drawing => (string?)drawing.Attribute("id") == "shards")
                .Descendants("rect")
                .Count(cell => (string?)cell.Attribute("class") == "s"));
        Assert.Equal(
            32, drawings.Single(drawing => (string?)drawing.Attribute("id") == "groups").Elements("text").Count());
        Assert.Contains(drawings, drawing => (string?)drawing.Attribute("class") == "bars");
    }

    [Fact]
    public void Render_ShardsThatDifferLittle_HaveDifferentColoursAndALegend()
    {
        string page = Render(Filled(out ShardMap<ulong, ulong> map));
        map.Dispose();
        XElement[] drawings = [.. Drawings(page)];
        XElement shards = drawings.Single(drawing => (string?)drawing.Attribute("id") == "shards");
        string[] colours =
        [
            .. shards
                .Descendants("rect")
                .Where(cell => (string?)cell.Attribute("class") == "s")
                .Select(cell => (string)cell.Attribute("fill")!),
        ];

        // Both ends of the scale are there, and much between them.
        Assert.Contains("#440154", colours);
        Assert.Contains("#fde725", colours);
        Assert.InRange(colours.Distinct().Count(), 8, 32);
        string[] entries = [.. shards.Descendants("title").Select(title => title.Value.Split(": ")[1])];
        XElement legend = drawings.Single(drawing => (string?)drawing.Attribute("id") == "shards-scale");
        Assert.All(
            legend.Elements("text"),
            end => Assert.Contains(entries, text => end.Value.StartsWith(text + " (", StringComparison.Ordinal)));
        Assert.Equal(2, legend.Elements("text").Count());
        Assert.NotEmpty(
            drawings.Single(drawing => (string?)drawing.Attribute("id") == "groups-scale").Elements("rect"));
    }

    [Fact]
    public void Render_EqualShards_HaveOneColour()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 8 });
        XElement[] drawings = [.. Drawings(Render(map))];

        Assert.Single(
            drawings
                .Single(drawing => (string?)drawing.Attribute("id") == "shards")
                .Descendants("rect")
                .Select(cell => (string?)cell.Attribute("fill"))
                .Distinct());
        Assert.Contains(
            "0 entries",
            drawings.Single(drawing => (string?)drawing.Attribute("id") == "shards-scale").Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Cells_LeadToTheFiguresOfTheirShards()
    {
        string page = Render(Filled(out ShardMap<ulong, ulong> map));
        map.Dispose();
        XElement[] links =
        [
            .. Drawings(page).Single(drawing => (string?)drawing.Attribute("id") == "shards").Elements("a"),
        ];

        Assert.Equal(32, links.Length);
        Assert.All(links, link =>
        {
            string id = ((string)link.Attribute("href")!)[1..];
            string section = page[page.IndexOf($"id=\"{id}\"", StringComparison.Ordinal)..].Split("</section>")[0];
            string entries = link.Descendants("title").Single().Value.Split(": ")[1].Split(' ')[0];
            Assert.Contains($"<dt>entries</dt><dd>{entries} of ", section, StringComparison.Ordinal);
            Assert.Contains("<dt>lock</dt><dd>free</dd>", section, StringComparison.Ordinal);
            Assert.Contains("class=\"bars\"", section, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Render_ManyShards_HaveSectionsForTheMostConspicuous()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 512 });
        for (ulong key = 0; key < 5_000; key++)
        {
            map[key] = key;
        }

        string page = Render(map);

        Assert.Equal(256, page.Split("<section class=\"shard\"").Length - 1);
        Assert.Contains("Of 512 shards, the 256 most conspicuous ones have a page.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AnyMap_SaysWhenAndWhatToLookAt()
    {
        string page = Render(Filled(out ShardMap<ulong, ulong> map));
        map.Dispose();

        Assert.Contains("seen live at 1970-01-01 00:00:00Z", page, StringComparison.Ordinal);
        Assert.Contains("<ul id=\"verdict\"><li>", page, StringComparison.Ordinal);
    }

    internal static ShardMap<ulong, ulong> Filled(out ShardMap<ulong, ulong> map)
    {
        map = new ShardMap<ulong, ulong>(new ShardMapOptions { Name = "page", ShardCount = 32 });
        for (ulong key = 0; key < 40_000; key++)
        {
            map[key] = key;
        }

        return map;
    }

    internal static string Render(ShardMap<ulong, ulong> map)
    {
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Inspector.Maps.NativeMap native = Inspector.Maps.NativeMap.TryRead(memory, address, out _)!;
        Capture capture = new(DateTime.UnixEpoch, IsLive: true);
        return HeatMapPage.Render(MapReport.Create("this process", capture, native, runtime: null));
    }

    private static IEnumerable<XElement> Drawings(string page)
    {
        for (int start = page.IndexOf("<svg", StringComparison.Ordinal); start >= 0; start = page.IndexOf(
            "<svg", start + 1, StringComparison.Ordinal))
        {
            int end = page.IndexOf("</svg>", start, StringComparison.Ordinal) + "</svg>".Length;
            yield return XElement.Parse(page[start..end]);
        }
    }
}

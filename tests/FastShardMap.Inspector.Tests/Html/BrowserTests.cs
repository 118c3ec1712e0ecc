using System.Buffers.Binary;
using System.IO.Compression;

namespace FastShardMap.Inspector.Tests.Html;

/// <summary>The page as a browser draws it and as a screen reader gets it. Heavy, and skipped where there is no
/// Chromium (.ci/install-chromium gets it where the system's package manager has it).</summary>
[Trait("Category", "Heavy")]
public sealed class BrowserTests : IDisposable
{
    private const int Width = 1000;
    private const int Height = 1400;
    private readonly string _folder = Directory.CreateTempSubdirectory("fsmap-page-").FullName;

    [Fact]
    public async Task Page_InABrowser_ShowsTheHeatMap()
    {
        using Browser browser = await Browser.OpenAsync(WritePage(), Width, Height);
        (int red, int green, int blue)[] pixels = ReadPng(await browser.TakeScreenshotAsync());

        // Cells from the dark end of the scale to the yellow one, though shards are evenly full; and bars of the bar's
        // blue.
        Assert.InRange(
            pixels.Count(static pixel => pixel is { red: > 140, green: > 200, blue: < 110 }), 500, pixels.Length);
        Assert.InRange(
            pixels.Count(static pixel => pixel is { red: > 60 and < 80, green: < 40, blue: > 80 and < 120 }),
            100,
            pixels.Length);
        Assert.InRange(pixels.Count(static pixel => pixel == (0x2F, 0x6F, 0xBD)), 2_000, pixels.Length);
        Assert.InRange(
            pixels.Count(static pixel => pixel is { red: > 250, green: > 250, blue: > 250 }),
            pixels.Length / 4,
            pixels.Length);
    }

    [Fact]
    public async Task Page_ForAScreenReader_NamesEverything()
    {
        using Browser browser = await Browser.OpenAsync(WritePage(), Width, Height);
        List<(string Role, string Name)> tree = await browser.ReadAccessibilityTreeAsync();

        Assert.Equal("heading", tree.First(node => node.Name == "ShardMap<UInt64, UInt64> “page”" && node.Role
            is "heading").Role);
        Assert.Equal(32, tree.Count(static node => node.Role == "link" && node.Name.StartsWith(
            "shard ", StringComparison.Ordinal)));
        Assert.Contains(tree, static node => node.Role == "image");
        Assert.DoesNotContain(
            tree, static node => node.Role is "image" or "link" or "heading" && node.Name.Length == 0);
    }

    [Fact]
    public async Task Page_CellOfAShard_LeadsToItsFigures()
    {
        using Browser browser = await Browser.OpenAsync(WritePage(), Width, Height);
        Assert.DoesNotContain(("heading", "Shard 5"), await browser.ReadAccessibilityTreeAsync());

        // By the keyboard alone.
        await browser.EvaluateAsync("document.querySelector('#shards a[href=\"#shard-5\"]').focus()");
        await browser.PressEnterAsync();

        Assert.EndsWith("#shard-5", await browser.EvaluateAsync("location.href"), StringComparison.Ordinal);
        List<(string Role, string Name)> tree = await browser.ReadAccessibilityTreeAsync();
        Assert.Contains(("heading", "Shard 5"), tree);
        Assert.DoesNotContain(("heading", "Shard 6"), tree);

        await browser.EvaluateAsync("location.hash = 'all-shards'");
        Assert.Contains(("heading", "Shard 6"), await browser.ReadAccessibilityTreeAsync());
    }

    [Theory]
    [InlineData(420)]
    [InlineData(900)]
    [InlineData(1_600)]
    public async Task Page_AtAnyWidth_DoesNotScrollSideways(int width)
    {
        using Browser browser = await Browser.OpenAsync(WritePage(), Width, Height);
        await browser.SetWidthAsync(width, Height);
        await browser.EvaluateAsync("location.hash = 'all-shards'");

        Assert.Equal($"{width}", await browser.EvaluateAsync("window.innerWidth"));
        Assert.Equal($"{width}", await browser.EvaluateAsync("document.documentElement.scrollWidth"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string WritePage()
    {
        string page = Path.Combine(_folder, "page.html");
        File.WriteAllText(page, HeatMapPageTests.Render(HeatMapPageTests.Filled(out ShardMap<ulong, ulong> map)));
        map.Dispose();
        return new Uri(page).AbsoluteUri;
    }

    // The one kind of PNG that screenshots come as: 8 bits, RGB or RGBA, not interlaced (W3C PNG, sections 9 and 11).
    private static (int Red, int Green, int Blue)[] ReadPng(byte[] file)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16));
        int height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20));
        int channels = file[25] == 6 ? 4 : 3;
        Assert.Equal(8, file[24]);
        using MemoryStream packed = new();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(file, at + 8, length);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using ZLibStream unpacked = new(packed, CompressionMode.Decompress);
        byte[] line = new byte[width * channels];
        byte[] above = new byte[width * channels];
        (int, int, int)[] pixels = new (int, int, int)[width * height];
        for (int y = 0; y < height; y++)
        {
            int filter = unpacked.ReadByte();
            unpacked.ReadExactly(line);
            for (int x = 0; x < line.Length; x++)
            {
                int left = x < channels ? 0 : line[x - channels];
                int up = above[x];
                int diagonal = x < channels ? 0 : above[x - channels];
                line[x] += (byte)(filter switch
                {
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, diagonal),
                    _ => 0,
                });
            }

            for (int x = 0; x < width; x++)
            {
                pixels[(y * width) + x] = (line[x * channels], line[(x * channels) + 1], line[(x * channels) + 2]);
            }

            (line, above) = (above, line);
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int diagonal)
    {
        int estimate = left + up - diagonal;
        int toLeft = Math.Abs(estimate - left);
        int toUp = Math.Abs(estimate - up);
        int toDiagonal = Math.Abs(estimate - diagonal);
        return toLeft <= toUp && toLeft <= toDiagonal ? left : toUp <= toDiagonal ? up : diagonal;
    }
}

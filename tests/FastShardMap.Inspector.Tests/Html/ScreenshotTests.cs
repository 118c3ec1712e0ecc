using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace FastShardMap.Inspector.Tests.Html;

/// <summary>The page as a browser draws it. Heavy, and skipped where there is no Chromium (.ci/install-chromium gets it
/// where the system's package manager has it).</summary>
[Trait("Category", "Heavy")]
public sealed class ScreenshotTests
{
    private const int Width = 1000;
    private const int Height = 1400;
    private static readonly string[] s_browsers = ["chromium", "chromium-browser", "google-chrome"];

    [Fact]
    public void Page_InABrowser_ShowsTheHeatMap()
    {
        string? browser = s_browsers.FirstOrDefault(IsInstalled);
        Assert.SkipWhen(browser is null, "No Chromium is installed: .ci/install-chromium.");
        string folder = Directory.CreateTempSubdirectory("fsmap-page-").FullName;
        try
        {
            string page = Path.Combine(folder, "page.html");
            string picture = Path.Combine(folder, "page.png");
            File.WriteAllText(page, HeatMapPageTests.Render(HeatMapPageTests.Filled(out ShardMap<ulong, ulong> map)));
            map.Dispose();
            Draw(browser!, page, picture);

            (int red, int green, int blue)[] pixels = ReadPng(File.ReadAllBytes(picture));
            Assert.Equal(Width * Height, pixels.Length);

            // Cells from the dark end of the scale to the yellow one, though shards are evenly full; and bars of the
            // bar's blue.
            Assert.InRange(
                pixels.Count(static pixel => pixel is { red: > 140, green: > 200, blue: < 110 }), 500, Width * Height);
            Assert.InRange(
                pixels.Count(static pixel => pixel is { red: > 60 and < 80, green: < 40, blue: > 80 and < 120 }),
                100,
                Width * Height);
            Assert.InRange(pixels.Count(static pixel => pixel == (0x2F, 0x6F, 0xBD)), 2_000, Width * Height);
            Assert.InRange(
                pixels.Count(static pixel => pixel is { red: > 250, green: > 250, blue: > 250 }),
                Width * Height / 4,
                Width * Height);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Draw(string browser, string page, string picture)
    {
        using Process process = Process.Start(new ProcessStartInfo(browser,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            $"--user-data-dir={Path.Combine(Path.GetDirectoryName(picture)!, "profile")}",
            $"--window-size={Width},{Height}", $"--screenshot={picture}", new Uri(page).AbsoluteUri,
        ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(File.Exists(picture), errors);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

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

using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Html;

/// <summary>A Chromium without a window, driven through its DevTools protocol.</summary>
internal sealed class Browser : IDisposable
{
    private const string Announcement = "DevTools listening on ";
    private static readonly string[] s_programs = ["chromium", "chromium-browser", "google-chrome"];
    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private string? _session;
    private int _calls;

    private Browser(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Opens a page. Skips the test where no Chromium is installed.</summary>
    public static async Task<Browser> OpenAsync(string page, int width, int height)
    {
        string? program = s_programs.FirstOrDefault(IsInstalled);
        Assert.SkipWhen(program is null, "No Chromium is installed: .ci/install-chromium.");
        string profile = Directory.CreateTempSubdirectory("fsmap-browser-").FullName;
        Browser browser = new(
            Process.Start(new ProcessStartInfo(program!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                $"--user-data-dir={profile}", $"--window-size={width},{height}", "--remote-debugging-port=0",
            ])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!,
            profile);
        try
        {
            await browser.ConnectAsync(page);
            return browser;
        }
        catch
        {
            browser.Dispose();
            throw;
        }
    }

    /// <summary>What a screen reader gets: role and name of all nodes that it is told of.</summary>
    public async Task<List<(string Role, string Name)>> ReadAccessibilityTreeAsync()
    {
        JsonElement tree = await CallAsync("Accessibility.getFullAXTree", new { });
        return
        [
            .. tree.GetProperty("nodes").EnumerateArray()
                .Where(static node => !node.GetProperty("ignored").GetBoolean())
                .Select(static node => (TextOf(node, "role"), TextOf(node, "name"))),
        ];
    }

    public async Task<byte[]> TakeScreenshotAsync() =>
        (await CallAsync("Page.captureScreenshot", new { format = "png" })).GetProperty("data").GetBytesFromBase64();

    public async Task PressEnterAsync()
    {
        foreach (string type in (string[])["keyDown", "keyUp"])
        {
            await CallAsync(
                "Input.dispatchKeyEvent",
                new { type, key = "Enter", code = "Enter", windowsVirtualKeyCode = 13, text = "\r" });
        }
    }

    /// <summary>Changes the width of the page. A window of its own has at least 500 pixels.</summary>
    public async Task SetWidthAsync(int width, int height) =>
        await CallAsync(
            "Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });

    /// <summary>The text of an expression's value.</summary>
    public async Task<string> EvaluateAsync(string expression) =>
        (await CallAsync("Runtime.evaluate", new { expression = $"String({expression})" }))
            .GetProperty("result").GetProperty("value").GetString()!;

    public void Dispose()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ConnectAsync(string page)
    {
        string? line = string.Empty;
        while (line?.StartsWith(Announcement, StringComparison.Ordinal) == false)
        {
            line = await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(line is not null, "The browser has ended.");
        _ = _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken); // so that it never blocks
        await _socket.ConnectAsync(new Uri(line[Announcement.Length..]), TestContext.Current.CancellationToken);
        JsonElement target = await CallAsync("Target.createTarget", new { url = page });
        JsonElement session = await CallAsync(
            "Target.attachToTarget", new { targetId = target.GetProperty("targetId").GetString(), flatten = true });
        _session = session.GetProperty("sessionId").GetString();
        await CallAsync("Accessibility.enable", new { });
        while (await EvaluateAsync("location.href + document.readyState") is { } state
            && !(state.StartsWith("file:", StringComparison.Ordinal)
                && state.EndsWith("complete", StringComparison.Ordinal)))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<JsonElement> CallAsync(string method, object parameters)
    {
        int id = ++_calls;
        Dictionary<string, object> call = new() { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            call["sessionId"] = _session;
        }

        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(call),
            WebSocketMessageType.Text,
            endOfMessage: true,
            TestContext.Current.CancellationToken);
        while (true)
        {
            JsonElement message = await ReceiveAsync();
            if (message.TryGetProperty("id", out JsonElement answered) && answered.GetInt32() == id)
            {
                Assert.True(message.TryGetProperty("result", out JsonElement result), $"{method}: {message}");
                return result;
            }
        }
    }

    private async Task<JsonElement> ReceiveAsync()
    {
        using MemoryStream message = new();
        byte[] buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
            Assert.NotEqual(WebSocketMessageType.Close, part.MessageType);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return JsonSerializer.Deserialize<JsonElement>(message.ToArray());
    }

    private static string TextOf(JsonElement node, string property) =>
        node.TryGetProperty(property, out JsonElement value) && value.TryGetProperty("value", out JsonElement text)
            ? text.ToString()
            : string.Empty;

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}

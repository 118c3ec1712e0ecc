using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastShardMap.Near.Tests.Support;

/// <summary>A process with a near map that reads all the time. Of its output, the last report and all other lines are
/// kept: a report has what the earlier ones had.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private volatile string _lastReport = "";

    private ClientProcess(Process process) => _process = process;

    /// <summary>What the process has written to its output and its errors.</summary>
    public string Output => string.Join('\n', _output.Append(_lastReport));

    /// <summary>Starts a process, and waits until its map is live.</summary>
    public static async Task<ClientProcess> StartAsync(
        string configuration, string prefix, string log, int keys, TimeSpan maxStaleness)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(
            host,
            [
                Path.Combine(AppContext.BaseDirectory, "FastShardMap.Near.StormClient.dll"),
                prefix,
                log,
                keys.ToString(CultureInfo.InvariantCulture),
                maxStaleness.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ClientProcess client = new(Process.Start(start)!);
        client._process.ErrorDataReceived += (_, line) => client._output.Enqueue(line.Data ?? "");
        client._process.BeginErrorReadLine();
        try
        {
            Assert.Equal("connected", await client.AskAsync(configuration));
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public async Task<StormReport> ReportAsync()
    {
        string report = await ExchangeAsync("report");
        _lastReport = report;
        return JsonSerializer.Deserialize<StormReport>(report)!;
    }

    /// <summary>Sends a line, and waits for the line that answers it.</summary>
    public async Task<string> AskAsync(string command)
    {
        string answer = await ExchangeAsync(command);
        _output.Enqueue(answer);
        return answer;
    }

    /// <summary>Stops the process without ending it (SIGSTOP).</summary>
    public void Stop() => Signals.Send(_process, "STOP");

    public void Continue() => Signals.Send(_process, "CONT");

    /// <summary>Ends the process by the end of its input.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_limit);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ExchangeAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        string? line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            .AsTask().WaitAsync(s_limit);
        Assert.True(line is not null, $"The client has ended: {Output}");
        return line;
    }
}

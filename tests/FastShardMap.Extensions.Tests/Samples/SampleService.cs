using System.Diagnostics;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>The session service as a process, with a folder of its own as its content root.</summary>
internal sealed class SampleService : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;

    private SampleService(Process process, HttpClient client)
    {
        _process = process;
        Client = client;
    }

    public HttpClient Client { get; }

    public static async Task<SampleService> StartAsync(
        TemporaryFolder folder,
        string[] arguments,
        CancellationToken cancellation,
        params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "SessionService.dll"), "--urls", "http://127.0.0.1:0",
                "--contentRoot", folder.Path, "--Sessions:StopWithInput", "true", .. arguments,
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        List<string> output = [];
        while (await process.StandardOutput.ReadLineAsync(cancellation) is string line)
        {
            output.Add(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and int at)
            {
                _ = process.StandardOutput.ReadToEndAsync(cancellation); // so that the service never waits for us
                return new SampleService(
                    process, new HttpClient { BaseAddress = new Uri(line[(at + Listening.Length)..].Trim()) });
            }
        }

        process.Dispose();
        throw new InvalidOperationException($"The service has ended:\n{string.Join('\n', output)}");
    }

    /// <summary>Lets the service stop by itself, as it does when it is told to shut down.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellation);
        Assert.Equal(0, _process.ExitCode);
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}

using System.Diagnostics;

namespace LoadClient;

/// <summary>The session service as a process of its own.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;

    private ServiceProcess(Process process, HttpClient client)
    {
        _process = process;
        Client = client;
    }

    public HttpClient Client { get; }

    /// <summary>Starts the service with an empty store in memory.</summary>
    public static async Task<ServiceProcess> StartAsync(string store)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "SessionService.dll");
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                program, "--urls", "http://127.0.0.1:0", "--contentRoot", AppContext.BaseDirectory,
                "--Logging:LogLevel:Default", "Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information",
                "--Sessions:Store", store, "--Sessions:AllowLoadTest", "true", "--Sessions:StopWithInput", "true",
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and int at)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new ServiceProcess(
                    process, new HttpClient { BaseAddress = new Uri(line[(at + Listening.Length)..].Trim()) });
            }
        }

        process.Dispose();
        throw new InvalidOperationException("The service has ended before it listened.");
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}

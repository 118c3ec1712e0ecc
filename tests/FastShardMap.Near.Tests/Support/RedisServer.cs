using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>A process of an installed <c>redis-server</c> on loopback, with a password.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    public const string SkipReason =
        "redis-server is not installed here. On Debian and its derivatives .ci/install-redis installs it.";

    public const string Password = "of-the-tests-only";

    private const int MostStarts = 5;

    private readonly Process _process;
    private readonly OrphanGuard _guard;

    private RedisServer(Process process, int port, int tlsPort)
    {
        _process = process;
        _guard = OrphanGuard.Of(process);
        Port = port;
        TlsPort = tlsPort;
    }

    public static bool IsInstalled { get; } =
        OperatingSystem.IsLinux() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    public int Port { get; }

    /// <summary>The port for connections with TLS, or zero.</summary>
    public int TlsPort { get; }

    public string Configuration => ConfigurationAt(Port);

    public static string ConfigurationAt(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},password={Password}");

    /// <summary>Starts a server, at a free port if none is given.</summary>
    public static async Task<RedisServer> StartAsync(
        CancellationToken cancellationToken, int port = 0, TestCertificate? certificate = null)
    {
        for (int start = 1; ; start++)
        {
            int[] free = FindFreePorts(2);
            RedisServer server = await StartProcessAsync(
                port != 0 ? port : free[0], certificate is null ? 0 : free[1], certificate);
            try
            {
                await server.WaitAsync(cancellationToken);
                return server;
            }
            catch (Exception exception) when (
                exception is RedisException or TimeoutException && server._process.HasExited && start < MostStarts)
            {
                // Another process has taken the port in the meantime. One that was given may soon be free again.
                await server.DisposeAsync();
                await Task.Delay(100, cancellationToken);
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Stops the process without ending it (SIGSTOP), as a long pause does.</summary>
    public void Pause() => Signals.Send(_process, "STOP");

    public void Resume() => Signals.Send(_process, "CONT");

    public void Kill()
    {
        _guard.Dispose();
        _process.Kill();
        _process.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        _guard.Dispose();
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Finds ports that are free now, no port twice.</summary>
    public static int[] FindFreePorts(int count)
    {
        Socket[] sockets =
        [
            .. Enumerable.Range(0, count)
                .Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)),
        ];
        Array.ForEach(sockets, socket => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)));
        int[] ports = [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        Array.ForEach(sockets, socket => socket.Dispose());
        return ports;
    }

    private static async Task<RedisServer> StartProcessAsync(int port, int tlsPort, TestCertificate? certificate)
    {
        ProcessStartInfo start = new("redis-server", "-")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        await process.StandardInput.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"port {port}\nbind 127.0.0.1\nsave \"\"\nappendonly no\nrequirepass {Password}\nmaxmemory 256mb\n"));
        if (certificate is not null)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"""
                tls-port {tlsPort}
                tls-cert-file {certificate.CertificateFile}
                tls-key-file {certificate.KeyFile}
                tls-ca-cert-file {certificate.CertificateFile}
                tls-auth-clients no

                """);
            await process.StandardInput.WriteAsync(text.ReplaceLineEndings("\n"));
        }

        process.StandardInput.Close();
        return new RedisServer(process, port, tlsPort);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using ConnectionMultiplexer client =
                    await ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true");
                string info = (string?)await client.GetDatabase().ExecuteAsync("INFO", "server") ?? "";

                // Not another server that has taken the port.
                string id = string.Create(CultureInfo.InvariantCulture, $"\nprocess_id:{_process.Id}\r");
                if (info.Contains(id, StringComparison.Ordinal))
                {
                    return;
                }

                throw new RedisException($"Another server answers at port {Port}.");
            }
            catch (Exception exception) when (
                exception is RedisException or TimeoutException && attempt < 100 && !_process.HasExited)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}

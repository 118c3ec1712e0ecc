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

    public static async Task<RedisServer> StartAsync(
        CancellationToken cancellationToken, int port = 0, TestCertificate? certificate = null)
    {
        port = port != 0 ? port : FindFreePort();
        int tlsPort = certificate is null ? 0 : FindFreePort();
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
        RedisServer server = new(process, port, tlsPort);
        try
        {
            await server.WaitAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
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

    public static int FindFreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(Configuration);
                await client.GetDatabase().PingAsync();
                return;
            }
            catch (RedisException) when (attempt < 100 && !_process.HasExited)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}

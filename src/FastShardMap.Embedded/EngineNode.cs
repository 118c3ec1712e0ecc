using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastShardMap.Embedded;

/// <summary>One Garnet server.</summary>
internal sealed class EngineNode : IDisposable
{
    private const int Attempts = 5;

    /// <summary>A subscriber that does not read stalls all publishers of a node for this long; the default is 60 s.
    /// </summary>
    private const string SendTimeoutSeconds = "3";

    private readonly GarnetServer _server;
    private readonly DirectoryInfo? _folder;
    private bool _disposed;

    private EngineNode(GarnetServer server, IPEndPoint endpoint, DirectoryInfo? folder)
    {
        _server = server;
        _folder = folder;
        Endpoint = endpoint;
    }

    public IPEndPoint Endpoint { get; }

    public static EngineNode Start(string password, long memoryBytes, bool isClustered)
    {
        // Another process can take the free port before the server does.
        for (int attempt = 1; ; attempt++)
        {
            IPEndPoint endpoint = new(IPAddress.Loopback, FindFreePort());
            try
            {
                return StartAt(endpoint, password, memoryBytes, isClustered);
            }
            catch (SocketException) when (attempt < Attempts)
            {
            }
            catch (Exception exception) when (exception is not (SocketException or OutOfMemoryException))
            {
                throw Refused(endpoint, exception.GetType().Name);
            }
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _server.Dispose();
        Delete(_folder);
    }

    private static EngineNode StartAt(IPEndPoint endpoint, string password, long memoryBytes, bool isClustered)
    {
        DirectoryInfo? folder = isClustered ? Directory.CreateTempSubdirectory("fsmap-engine-") : null;
        try
        {
            string[] arguments =
            [
                "--bind", endpoint.Address.ToString(),
                "--port", endpoint.Port.ToString(CultureInfo.InvariantCulture),
                "--memory", Mebibytes(memoryBytes),
                "--page", "4m",
                "--index", "16m",
                "--auth", "Password",
                "--password", password,
                "--network-send-timeout", SendTimeoutSeconds,
                "-q",
                .. folder is null ? (string[])[] : ClusterArguments(folder, password),
            ];
            GarnetServer server = new(arguments, NullLoggerFactory.Instance);
            try
            {
                server.Start();
                return new EngineNode(server, endpoint, folder);
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
        catch
        {
            Delete(folder);
            throw;
        }
    }

    // Without an inner exception: its message can repeat the arguments, of which one is the password.
    private static InvalidOperationException Refused(IPEndPoint endpoint, string what) =>
        new($"The embedded engine could not start at {endpoint} ({what}).");

    // The native device needs a library that a fresh Debian does not have: RandomAccess does not.
    private static string[] ClusterArguments(DirectoryInfo folder, string password) =>
    [
        "--cluster",
        "--cluster-username", "default",
        "--cluster-password", password,
        "--device-type", "RandomAccess",
        "--gossip-delay", "1",
        "--checkpointdir", folder.FullName,
        "--aof",
        "--aof-memory", "64m",
        "--aof-page-size", "16m",
    ];

    private static string Mebibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}m");

    private static int FindFreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static void Delete(DirectoryInfo? folder)
    {
        try
        {
            folder?.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file that is still open stays in the folder for temporary files.
        }
    }
}

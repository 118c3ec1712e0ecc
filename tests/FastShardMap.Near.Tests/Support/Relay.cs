using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FastShardMap.Near.Tests.Support;

/// <summary>A relay on loopback between a client and an engine, which can stall, delay, reset and refuse.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _stalled;
    private volatile bool _refuses;
    private int _delayMilliseconds;
    private long _accepted;

    public Relay(int targetPort)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The connections that clients have made, those that were closed at once included.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>The sockets that are open, of clients and towards the engine.</summary>
    public int OpenSockets => _sockets.Count;

    /// <summary>How long each piece of data waits, in both directions.</summary>
    public int DelayMilliseconds
    {
        get => Volatile.Read(ref _delayMilliseconds);
        set => Volatile.Write(ref _delayMilliseconds, value);
    }

    /// <summary>Connections stay open, but nothing goes through: a half-open connection.</summary>
    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends a stall or a refusal.</summary>
    public void Resume()
    {
        _refuses = false;
        TaskCompletionSource? stalled = _stalled;
        _stalled = null;
        stalled?.TrySetResult();
    }

    /// <summary>Resets all connections.</summary>
    public void Reset()
    {
        foreach (Socket socket in _sockets.Keys)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, 0);
                socket.Close();
            }
            catch (ObjectDisposedException)
            {
                // Its pump has just closed it.
            }
        }
    }

    /// <summary>Resets all connections, and closes new ones at once.</summary>
    public void Refuse()
    {
        _refuses = true;
        Reset();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Resume();
        _listener.Stop();
        Reset();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            Interlocked.Increment(ref _accepted);
            if (_refuses)
            {
                client.Close();
                continue;
            }

            Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await server.ConnectAsync(_target, _stop.Token);
            }
            catch (SocketException)
            {
                client.Close();
                server.Dispose();
                continue;
            }

            client.NoDelay = true;
            server.NoDelay = true;
            _sockets[client] = 0;
            _sockets[server] = 0;
            if (_refuses)
            {
                Reset(); // Refuse came while this connection was being made
            }

            _ = Task.Run(() => PumpAsync(client, server));
            _ = Task.Run(() => PumpAsync(server, client));
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                int length = await from.ReceiveAsync(buffer);
                if (length == 0)
                {
                    break;
                }

                if (DelayMilliseconds is > 0 and int delay)
                {
                    await Task.Delay(delay);
                }

                if (_stalled is { } stalled)
                {
                    await stalled.Task;
                }

                await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset.
        }
        finally
        {
            _sockets.TryRemove(from, out _);
            _sockets.TryRemove(to, out _);
            from.Close();
            to.Close();
        }
    }
}

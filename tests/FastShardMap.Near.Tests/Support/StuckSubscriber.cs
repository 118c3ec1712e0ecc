using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>A client that subscribes to a channel of an engine and never reads what it is sent, as a process does that
/// was stopped.</summary>
internal sealed class StuckSubscriber : IDisposable
{
    private readonly Socket _socket;

    private StuckSubscriber(Socket socket) => _socket = socket;

    /// <summary>Whether the engine has closed the connection. Reads what has arrived, so it is asked at the
    /// end.</summary>
    public bool IsCutOff
    {
        get
        {
            byte[] buffer = new byte[1 << 16];
            _socket.ReceiveTimeout = 5_000;
            try
            {
                while (_socket.Receive(buffer) > 0)
                {
                }

                return true;
            }
            catch (SocketException exception)
            {
                return exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown;
            }
        }
    }

    /// <summary>Subscribes, and waits for the acknowledgement.</summary>
    public static async Task<StuckSubscriber> ConnectAsync(string configuration, string channel)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(configuration);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        CancellationToken token = TestContext.Current.CancellationToken;
        await socket.ConnectAsync((IPEndPoint)options.EndPoints[0], token);
        string password = options.Password ?? "";
        string commands = (password.Length > 0 ? Command("AUTH", password) : "") + Command("SUBSCRIBE", channel);
        await socket.SendAsync(Encoding.UTF8.GetBytes(commands), token);
        byte[] buffer = new byte[4_096];
        StringBuilder answer = new();
        while (!answer.ToString().Contains(channel, StringComparison.Ordinal))
        {
            int received = await socket.ReceiveAsync(buffer, token);
            Assert.True(received > 0, $"The engine closed the connection: {answer}");
            answer.Append(Encoding.UTF8.GetString(buffer, 0, received));
        }

        return new StuckSubscriber(socket);
    }

    public void Dispose() => _socket.Dispose();

    private static string Command(params string[] words) => string.Create(
        CultureInfo.InvariantCulture,
        $"*{words.Length}\r\n{string.Concat(words.Select(
            word => string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n")))}");
}

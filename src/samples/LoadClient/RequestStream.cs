using System.Collections.Concurrent;
using System.Diagnostics;

namespace LoadClient;

/// <summary>
/// Sends requests at a fixed rate, whether or not earlier ones have been answered, and notes the latency of each. A
/// request that is due while its connection waits for an answer counts from the time at which it was due: so a pause of
/// the service counts for all requests that users would have sent in it, and not for one only.
/// </summary>
internal sealed class RequestStream : IDisposable
{
    private readonly HttpClient _client;
    private readonly string[] _paths;
    private readonly ConcurrentBag<Request> _requests = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _senders;
    private readonly long _started = Stopwatch.GetTimestamp();

    public RequestStream(HttpClient client, string[] paths, int rate, int connections)
    {
        _client = client;
        _paths = paths;
        TimeSpan interval = TimeSpan.FromSeconds((double)connections / rate);
        _senders =
        [
            .. Enumerable.Range(0, connections).Select(
                number => Task.Run(() => SendAsync(interval * number / connections, interval, number))),
        ];
    }

    /// <summary>Ends the stream, and returns its requests in the order in which they were due.</summary>
    public async Task<Request[]> StopAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_senders);
        return [.. _requests.OrderBy(static request => request.Due)];
    }

    public void Dispose() => _end.Dispose();

    private async Task SendAsync(TimeSpan first, TimeSpan interval, int seed)
    {
        Random random = new(seed);
        TimeSpan due = first;
        while (!_end.IsCancellationRequested)
        {
            TimeSpan early = due - Stopwatch.GetElapsedTime(_started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            // Of a sender that was idle, the inaccuracy of the timer is not the service's.
            TimeSpan from = early > TimeSpan.Zero ? Stopwatch.GetElapsedTime(_started) : due;
            using HttpResponseMessage response = await _client.GetAsync(_paths[random.Next(_paths.Length)]);
            response.EnsureSuccessStatusCode();
            _requests.Add(new Request(from, (Stopwatch.GetElapsedTime(_started) - from).TotalMilliseconds));
            due += interval;
        }
    }
}

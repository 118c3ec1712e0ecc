using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.StormClient;

/// <summary>A near map of a process of its own, and readers that judge each answer by what another process has
/// written.</summary>
internal sealed class Client : IAsyncDisposable
{
    private const int Readers = 4;
    private const int ReadersOfABurst = 8;
    private const int ReadsPerTurn = 20;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(10);

    private readonly ClientOptions _options;
    private readonly NearMap<long, long> _map;
    private readonly WriteLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _endedBy = new long[Readers];
    private readonly ConcurrentDictionary<Type, string> _faults = new();
    private readonly Lock _gate = new();
    private readonly Task[] _readers;
    private volatile bool _isPaused;
    private long _reads;
    private long _hits;
    private long _failed;
    private long _beyond;
    private TimeSpan _stalest;
    private long _nextBurst;

    private Client(ClientOptions options, NearMap<long, long> map)
    {
        _options = options;
        _map = map;
        _log = new WriteLog(options.Log, options.Keys);
        _nextBurst = options.Keys;
        _readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAllTheTimeAsync(reader)))];
    }

    public static async Task<Client> ConnectAsync(string configuration, ClientOptions options)
    {
        NearMapOptions near = new(configuration, options.Prefix)
        {
            MaxBytes = 1 << 20,
            MaxStaleness = options.MaxStaleness,
            ExactStaleness = true, // other work can stop this process
            OperationTimeout = TimeSpan.FromSeconds(20),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        return new Client(options, await NearMap<long, long>.ConnectAsync(near));
    }

    /// <summary>Does what the parent process says.</summary>
    /// <returns>A line: a report, or the number of reads of a burst that asked the engine.</returns>
    public async Task<string> AnswerAsync(string command)
    {
        switch (command)
        {
            case "report":
                return JsonSerializer.Serialize(Report());
            case "pause":
                _isPaused = true;
                return "paused";
            case "resume":
                _isPaused = false;
                return "resumed";
            case "burst":
                return await BurstAsync();
            default:
                throw new ArgumentException($"Unknown command: {command}", nameof(command));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_readers);
        await _map.DisposeAsync();
        _log.Dispose();
        _stop.Dispose();
    }

    private StormReport Report()
    {
        NearStatistics statistics = _map.GetStatistics();
        lock (_gate)
        {
            return new StormReport(
                _map.State == NearState.Live,
                statistics.Suspensions,
                statistics.Misses,
                _reads,
                _hits,
                _failed,
                _beyond,
                _stalest.TotalMilliseconds,
                _endedBy.Min(),
                [.. _faults.Values]);
        }
    }

    /// <summary>Many readers of keys that this map has never read, at once.</summary>
    private async Task<string> BurstAsync()
    {
        long first = _nextBurst;
        _nextBurst += _options.Keys;
        long before = _map.GetStatistics().Misses;
        await Task.WhenAll(Enumerable.Range(0, ReadersOfABurst).Select(_ => Task.Run(async () =>
        {
            for (long key = first; key < first + _options.Keys; key++)
            {
                await _map.GetAsync(key);
            }
        })));
        return (_map.GetStatistics().Misses - before).ToString(CultureInfo.InvariantCulture);
    }

    private async Task ReadAllTheTimeAsync(int reader)
    {
        Random random = new(HashCode.Combine(Environment.ProcessId, reader));
        while (!_stop.IsCancellationRequested)
        {
            for (int read = 0; read < ReadsPerTurn && !_isPaused; read++)
            {
                try
                {
                    await ReadAsync(random.Next(_options.Keys));
                }
                catch (Exception exception)
                {
                    // Every exception counts, whatever it is; the parent process looks at what they say.
                    _faults.TryAdd(exception.GetType(), exception.ToString());
                    Interlocked.Increment(ref _failed);
                }

                Interlocked.Increment(ref _endedBy[reader]);
            }

            await Task.Delay(s_turn, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(int key)
    {
        // What the writer says and the clock are read before the value, so an age is never too high.
        long now = Stopwatch.GetTimestamp();
        long since = _log.PresentSince(key);
        long acknowledged = _log.AcknowledgedOf(key);
        bool isHit = _map.TryGetLocal(key, out long value);
        bool isFound = isHit;
        if (!isHit)
        {
            NearResult<long> result = await _map.GetAsync(key);
            (isFound, isHit, value) = (result.Found, result.IsNear, result.Value);
        }

        TimeSpan age = TimeSpan.Zero;
        if (isFound && acknowledged > value)
        {
            age = _log.AgeOf(key, value, acknowledged, now);
        }
        else if (!isFound && since != 0 && since == _log.PresentSince(key))
        {
            age = Stopwatch.GetElapsedTime(since, now); // the engine has had a value all the time
        }

        lock (_gate)
        {
            _reads++;
            _hits += isHit ? 1 : 0;
            _beyond += age > _options.MaxStaleness ? 1 : 0;
            _stalest = age > _stalest ? age : _stalest;
        }
    }
}

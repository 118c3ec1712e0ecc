using System.Diagnostics.CodeAnalysis;
using FastShardMap.Near.Diagnostics;
using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;

namespace FastShardMap.Near;

/// <summary>A map at an engine with the Redis protocol, with copies in unmanaged memory of this process.</summary>
/// <typeparam name="TKey">The type of keys. Equal keys must have equal bytes, because the engine compares
/// bytes.</typeparam>
/// <typeparam name="TValue">The type of values.</typeparam>
/// <remarks>
/// <para>Reads are answered from the near copy if there is one. The engine, or the other near maps, report changes of
/// keys, and the copies of these keys are dropped. While the map is <see cref="NearState.Live"/>, a near copy is a
/// value that was current at some moment within <see cref="NearMapOptions.MaxStaleness"/> before the read. When reports
/// could be lost, the map is <see cref="NearState.Suspended"/>, and every read goes to the engine.</para>
/// <para>All members are thread-safe.</para>
/// </remarks>
public sealed partial class NearMap<TKey, TValue> : IAsyncDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly NearMapOptions _options;
    private readonly LocalStore<TKey, TValue> _store;
    private readonly FlightTable<TKey, TValue> _flights = new();

    [SuppressMessage("Usage", "CA2213", Justification = "Reads that wait for their turn outlive the map.")]
    private readonly SemaphoreSlim _fetches;

    private readonly NearCounters _counters;
    private readonly Sink _sink;
    private readonly EngineClient _engine;
    private readonly Lease _lease; // the engine's, one step nearer to the hits
    private readonly NearMeter _meter;
    private readonly long _maxStalenessMilliseconds;
    private int _disposed;

    private NearMap(NearMapOptions options, LocalStore<TKey, TValue> store, Sink sink, EngineClient engine)
    {
        _options = options;
        _store = store;
        _sink = sink;
        _engine = engine;
        _lease = engine.Lease;
        _counters = new NearCounters(options.CountHits);
        _fetches = new SemaphoreSlim(options.MaxConcurrentFetches, options.MaxConcurrentFetches);
        _maxStalenessMilliseconds = (long)options.MaxStaleness.TotalMilliseconds;
        _meter = new NearMeter(options.Name ?? options.Prefix, GetStatistics, () => engine.Lease.Age);
        engine.HeartbeatReturned = _meter.RecordHeartbeat;
    }

    /// <summary>Gets whether the map serves near copies.</summary>
    public NearState State => Suspension == NearSuspension.None ? NearState.Live : NearState.Suspended;

    /// <summary>Gets why the map serves no near copies, or <see cref="NearSuspension.None"/>.</summary>
    public NearSuspension Suspension => _lease.Reason;

    /// <summary>Gets how old the state is that near copies show, at most: the time since the last heartbeat that has
    /// come back from each node was sent.</summary>
    /// <value><see cref="Timeout.InfiniteTimeSpan"/> while invalidations may be lost.</value>
    public TimeSpan StalenessBound => _lease.Age;

    /// <summary>Gets the source of invalidations that the maps of this prefix use.</summary>
    public InvalidationSource Source => _engine.Writes.Source;

    /// <summary>Runs before what was read is stored; tests delay it.</summary>
    internal Func<Task>? BeforeFill { get; set; }

    /// <summary>Connects to an engine, and waits until the map is live.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">A token to cancel the connecting.</param>
    /// <returns>The map. Dispose it to close the connections and release the memory.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="NotSupportedException">The type of keys can have equal keys with different bytes, the engine
    /// cannot do what <see cref="NearMapOptions.Source"/> asks for, the connection string names several independent
    /// servers, or the processor is big-endian.</exception>
    /// <exception cref="InvalidOperationException">The other near maps of the prefix use another source of
    /// invalidations.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">The engine cannot be reached or refuses the password or a
    /// command. No message contains the password.</exception>
    /// <exception cref="OutOfMemoryException">The memory for near copies cannot be allocated.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<NearMap<TKey, TValue>> ConnectAsync(
        NearMapOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        BlittableKey<TKey>.Check();
        options = options.Copy();
        LocalStore<TKey, TValue> store = new(options);
        try
        {
            Sink sink = new();
            EngineClient engine = await EngineClient.ConnectAsync(options, sink, cancellationToken)
                .ConfigureAwait(false);
            NearMap<TKey, TValue> map = new(options, store, sink, engine);
            sink.Attach(map);
            return map;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Gets what the map has done so far.</summary>
    /// <returns>The counts. They are not taken at one instant.</returns>
    public NearStatistics GetStatistics() => new(
        _store.Count,
        _store.BytesAllocated,
        _counters.Hits,
        _counters.Misses,
        _counters.Joined,
        _counters.Filled,
        _counters.RefusedFills,
        _counters.Invalidations,
        _counters.FormatErrors,
        _lease.Suspensions);

    /// <summary>Closes the connections and releases the memory. What the engine holds stays there.</summary>
    /// <returns>A task that completes when the connections are closed, or after a few seconds.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _meter.Dispose();
        await _engine.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
    }

    /// <summary>Returns prefix, state and source.</summary>
    /// <returns>A text for logs, without the password.</returns>
    public override string ToString() => $"NearMap {_options.Prefix}, {State}, {Source}";

    /// <summary>Drops the near copy of a key, and leaves the engine alone.</summary>
    internal void RemoveLocal(TKey key) => Void(key, KeyFormat.HashOf(key));

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    /// <summary>Voids the flight of a key first and then drops its copy: a flight that has stored by then has stored
    /// before, so the copy is there to be dropped.</summary>
    private void Void(TKey key, ulong hash)
    {
        _flights.Void(hash);
        _store.Remove(key);
    }

    /// <summary>What the stream of invalidations calls. It exists before the map does.</summary>
    private sealed class Sink : IInvalidationSink
    {
        private NearMap<TKey, TValue>? _map;

        public void Attach(NearMap<TKey, TValue> map) => Volatile.Write(ref _map, map);

        public void Invalidate(ReadOnlySpan<byte> engineKey)
        {
            // Without a map there are no copies yet.
            if (Volatile.Read(ref _map) is { } map && map._engine.Keys.TryDecode(engineKey, out TKey key))
            {
                map._counters.Invalidate();
                map.Void(key, KeyFormat.HashOf(key));
            }
        }

        public void InvalidateAll()
        {
            if (Volatile.Read(ref _map) is { } map)
            {
                map._counters.Invalidate();
                map._lease.BeginEpoch();
            }
        }
    }
}

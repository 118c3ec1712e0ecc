using System.Diagnostics.CodeAnalysis;
using FastShardMap.Near.Diagnostics;
using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;

namespace FastShardMap.Near;

/// <summary>What near maps of all kinds of keys and values do, except for hits: reads and writes at the engine,
/// flights, and invalidations. Keys are those at the engine.</summary>
/// <typeparam name="TResult">What a read has found; the default is "no value".</typeparam>
internal sealed partial class NearCore<TResult> : IAsyncDisposable
{
    private readonly NearMapOptions _options;
    private readonly ICopies<TResult> _copies;
    private readonly FlightTable<TResult> _flights = new();

    [SuppressMessage("Usage", "CA2213", Justification = "Reads that wait for their turn outlive the map.")]
    private readonly SemaphoreSlim _fetches;

    private readonly EngineClient _engine;
    private readonly IEntryStore _entries;
    private readonly NearMeter _meter;
    private readonly long _maxStalenessMilliseconds;
    private int _disposed;

    private NearCore(NearMapOptions options, ICopies<TResult> copies, EngineClient engine)
    {
        _options = options;
        _copies = copies;
        _engine = engine;
        _entries = options.Entries ?? new EngineEntries(engine);
        Counters = new NearCounters(options.CountHits);
        _fetches = new SemaphoreSlim(options.MaxConcurrentFetches, options.MaxConcurrentFetches);
        _maxStalenessMilliseconds = (long)options.MaxStaleness.TotalMilliseconds;
        _meter = new NearMeter(options.Name ?? options.Prefix, GetStatistics, () => engine.Lease.Age);
        engine.HeartbeatReturned = _meter.RecordHeartbeat;
    }

    public EngineClient Engine => _engine;

    public Lease Lease => _engine.Lease;

    public NearCounters Counters { get; }

    public NearState State => Lease.Reason == NearSuspension.None ? NearState.Live : NearState.Suspended;

    public InvalidationSource Source => _engine.Writes.Source;

    public string Prefix => _options.Prefix;

    public int MaxValueBytes => _options.MaxValueBytes;

    /// <summary>Runs before what was read is stored; tests delay it.</summary>
    public Func<Task>? BeforeFill { get; set; }

    /// <summary>Runs before the report of a change takes effect; tests hold it up.</summary>
    public Action? BeforeInvalidation { get; set; }

    /// <summary>Connects to an engine, and waits until the map is live. Disposes the copies if that fails. Nobody
    /// changes the settings any more.</summary>
    public static async Task<NearCore<TResult>> ConnectAsync(
        NearMapOptions options, ICopies<TResult> copies, CancellationToken cancellationToken)
    {
        try
        {
            Sink sink = new();
            EngineClient engine = await EngineClient.ConnectAsync(options, sink, cancellationToken)
                .ConfigureAwait(false);
            try
            {
                NearCore<TResult> core = new(options, copies, engine);
                sink.Attach(core);
                return core;
            }
            catch
            {
                // A listener of the program may throw when the meter is made.
                await engine.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }

    public NearStatistics GetStatistics() => new(
        _copies.Count,
        _copies.BytesAllocated,
        Counters.Hits,
        Counters.Misses,
        Counters.Joined,
        Counters.Filled,
        Counters.RefusedFills,
        Counters.Invalidations,
        Counters.FormatErrors,
        Lease.Suspensions);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        using (_copies)
        {
            await using (_engine.ConfigureAwait(false))
            {
                _meter.Dispose(); // a listener of the program may throw
            }
        }
    }

    /// <param name="map">The map that the caller uses.</param>
    public void ThrowIfDisposed(object map) =>
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, map);

    /// <summary>Voids the flight of a key first and then drops its copy: a flight that has stored by then has stored
    /// before, so the copy is there to be dropped.</summary>
    public void Void(ReadOnlySpan<byte> key)
    {
        _flights.Void(KeyFormat.HashOf(key));
        _copies.Remove(key);
    }

    /// <summary>What the stream of invalidations calls. It exists before the map does.</summary>
    private sealed class Sink : IInvalidationSink
    {
        private NearCore<TResult>? _core;

        public void Attach(NearCore<TResult> core) => Volatile.Write(ref _core, core);

        public void Invalidate(ReadOnlySpan<byte> engineKey)
        {
            // Without a map there are no copies yet.
            if (Volatile.Read(ref _core) is { } core
                && core._engine.Keys.TryDecode(engineKey, out ReadOnlySpan<byte> key))
            {
                core.BeforeInvalidation?.Invoke();
                core.Counters.Invalidate();
                core.Void(key);
            }
        }

        public void InvalidateAll()
        {
            if (Volatile.Read(ref _core) is { } core)
            {
                core.Counters.Invalidate();
                core.Lease.BeginEpoch();
            }
        }
    }
}

using FastShardMap.Near.Diagnostics;
using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;

namespace FastShardMap.Near;

/// <summary>A map from text or bytes to bytes at an engine with the Redis protocol, with copies in unmanaged memory of
/// this process.</summary>
/// <remarks>
/// <para>It is a <see cref="NearMap{TKey, TValue}"/> whose keys have up to 32,000 bytes and whose values have up to
/// <see cref="NearMapOptions.MaxValueBytes"/>, and has its guarantees: those of the document <c>near.md</c>. The near
/// copies are in a <see cref="BlobShardCache"/>, and <see cref="NearMapOptions.MaxBytes"/> limits all its
/// memory.</para>
/// <para><b>Keys.</b> Text is encoded as UTF-8, and a text and its bytes are the same key. The same text has the same
/// key in all programs.</para>
/// <para><b>Values.</b> A value that is longer than what one copy may take, an eighth of a shard's memory, is read from
/// the engine each time.</para>
/// <para>All members are thread-safe.</para>
/// </remarks>
public sealed partial class NearBytes : IAsyncDisposable
{
    /// <summary>The most bytes that a key can have, as UTF-8 if it is text.</summary>
    public const int MaxKeyBytes = 32_000;

    private readonly LocalBytes _copies;
    private readonly NearCore<NearBytesResult> _core;
    private readonly Lease _lease; // the core's, nearer to the hits
    private readonly NearCounters _counters;

    private NearBytes(LocalBytes copies, NearCore<NearBytesResult> core)
    {
        _copies = copies;
        _core = core;
        _lease = core.Lease;
        _counters = core.Counters;
    }

    /// <summary>Gets whether the map serves near copies.</summary>
    public NearState State => _core.State;

    /// <summary>Gets why the map serves no near copies, or <see cref="NearSuspension.None"/>.</summary>
    public NearSuspension Suspension => _lease.Reason;

    /// <summary>Gets the maximum age of what near copies show. It is the time since the map sent the last heartbeat
    /// that came back; with several nodes, that of the node where this is longest.</summary>
    /// <value><see cref="Timeout.InfiniteTimeSpan"/> while invalidations may be lost.</value>
    public TimeSpan StalenessBound => _lease.Age;

    /// <summary>Gets the source of invalidations that the maps of this prefix use.</summary>
    public InvalidationSource Source => _core.Source;

    /// <summary>Gets the most bytes that a value can have: <see cref="NearMapOptions.MaxValueBytes"/>.</summary>
    public int MaxValueBytes => _core.MaxValueBytes;

    /// <summary>Runs before what was read is stored; tests delay it.</summary>
    internal Func<Task>? BeforeFill
    {
        get => _core.BeforeFill;
        set => _core.BeforeFill = value;
    }

    /// <summary>Connects to an engine, and waits until the map is live.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">A token to cancel the connecting.</param>
    /// <returns>The map. Dispose it to close the connections and release the memory.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException"><see cref="NearMapOptions.MaxBytes"/> is too small for
    /// <see cref="NearMapOptions.MaxEntries"/>.</exception>
    /// <exception cref="NotSupportedException">The engine cannot do what <see cref="NearMapOptions.Source"/> asks for,
    /// the connection string names several independent servers, or the processor is big-endian.</exception>
    /// <exception cref="InvalidOperationException">The other near maps of the prefix use another source of
    /// invalidations.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">The engine cannot be reached or refuses the password or a
    /// command. No message contains the password.</exception>
    /// <exception cref="OutOfMemoryException">The memory for near copies cannot be allocated.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<NearBytes> ConnectAsync(
        NearMapOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        BlittableKey<byte>.Check();
        options = options.Copy();
        LocalBytes copies = new(options);
        return new NearBytes(
            copies,
            await NearCore<NearBytesResult>.ConnectAsync(options, copies, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gets what the map has done so far.</summary>
    /// <returns>The counts. They are not taken at one instant.</returns>
    public NearStatistics GetStatistics() => _core.GetStatistics();

    /// <summary>Closes the connections and releases the memory. What the engine holds stays there.</summary>
    /// <returns>A task that completes when the connections are closed. If the engine does not answer, what is on its
    /// way ends first, by <see cref="NearMapOptions.ConnectTimeout"/> or <see cref="NearMapOptions.OperationTimeout"/>,
    /// and closing then takes at most two seconds per connection.</returns>
    public ValueTask DisposeAsync() => _core.DisposeAsync();

    /// <summary>Returns prefix, state and source.</summary>
    /// <returns>A text for logs, without the password.</returns>
    public override string ToString() => $"NearBytes {_core.Prefix}, {State}, {Source}";

    private byte[] EngineKeyOf(string key)
    {
        ReadOnlySpan<byte> bytes = KeyBytes.Encode(
            key, stackalloc byte[KeyBytes.LongestOnStack], out byte[]? rented);
        byte[] engineKey = _core.Engine.Keys.Encode(bytes);
        KeyBytes.Return(rented);
        return engineKey;
    }

    private byte[] EngineKeyOf(ReadOnlyMemory<byte> key)
    {
        KeyBytes.CheckLength(key.Length, nameof(key));
        return _core.Engine.Keys.Encode(key.Span);
    }

    private void ThrowIfDisposed() => _core.ThrowIfDisposed(this);
}

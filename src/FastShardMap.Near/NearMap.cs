using System.Runtime.InteropServices;
using FastShardMap.Near.Diagnostics;
using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;
using StackExchange.Redis;

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
    private readonly ShardCache<TKey, LocalEntry<TValue>> _cache; // the store's, nearer to the hits
    private readonly NearCore<NearResult<TValue>> _core;
    private readonly Lease _lease; // the core's, nearer to the hits
    private readonly NearCounters _counters;

    private NearMap(LocalStore<TKey, TValue> store, NearCore<NearResult<TValue>> core)
    {
        _cache = store.Cache;
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

    internal string Prefix => _core.Prefix;

    /// <summary>Runs before what was read is stored; tests delay it.</summary>
    internal Func<Task>? BeforeFill
    {
        get => _core.BeforeFill;
        set => _core.BeforeFill = value;
    }

    /// <summary>Runs before the report of a change takes effect; tests hold it up.</summary>
    internal Action? BeforeInvalidation
    {
        get => _core.BeforeInvalidation;
        set => _core.BeforeInvalidation = value;
    }

    /// <summary>Reports that have arrived and wait.</summary>
    internal int WaitingInvalidations => _core.Engine.WaitingInvalidations;

    /// <summary>Connects to an engine, and waits until the map is live.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">A token to cancel the connecting.</param>
    /// <returns>The map. Dispose it to close the connections and release the memory.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException"><see cref="NearMapOptions.MaxBytes"/> is too small for one copy.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,165 bytes together, the type of keys
    /// can have equal keys with different bytes, the engine cannot do what <see cref="NearMapOptions.Source"/> asks
    /// for, the connection string names several independent servers, or the processor is big-endian.</exception>
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
        return new NearMap<TKey, TValue>(
            store,
            await NearCore<NearResult<TValue>>.ConnectAsync(options, store, cancellationToken).ConfigureAwait(false));
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
    public override string ToString() => $"NearMap {Prefix}, {State}, {Source}";

    /// <summary>Writes the fingerprint of a table of slots to the engine, if there is none yet.</summary>
    /// <exception cref="InvalidOperationException">There is another one.</exception>
    internal async Task AgreeOnTableAsync(string fingerprint)
    {
        byte[] key = _core.Engine.Keys.TableKey;
        await _core.Engine.Database.StringSetAsync(key, fingerprint, when: When.NotExists).ConfigureAwait(false);
        if (await _core.Engine.Database.StringGetAsync(key).ConfigureAwait(false) != fingerprint)
        {
            throw new InvalidOperationException(
                $"The maps with the prefix {Prefix} use another table of slots or another seed. All must use the same; "
                + $"the key {Prefix}table of each server has its fingerprint.");
        }
    }

    /// <summary>Drops the near copy of a key, and leaves the engine alone.</summary>
    internal void RemoveLocal(TKey key) => _core.Void(BytesOf(in key));

    /// <summary>Drops the near copy of a key at the engine, and leaves the engine alone.</summary>
    internal void RemoveLocal(byte[] engineKey) => _core.Void(_core.Engine.Keys.KeyOf(engineKey));

    /// <summary>As <see cref="Lease.BeginPart"/>.</summary>
    internal int BeginPart() => _lease.BeginPart();

    /// <summary>As <see cref="Lease.RenewTable"/>.</summary>
    internal void RenewTable(long stamp) => _lease.RenewTable(stamp);

    private static ReadOnlySpan<byte> BytesOf(ref readonly TKey key) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key));

    private byte[] EngineKeyOf(TKey key) => _core.Engine.Keys.Encode(BytesOf(in key));

    internal void ThrowIfDisposed() => _core.ThrowIfDisposed(this);
}

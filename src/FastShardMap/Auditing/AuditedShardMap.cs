using System.Globalization;
using System.Threading.Channels;
using FastShardMap.Auditing;
using FastShardMap.Memory;

namespace FastShardMap;

/// <summary>A map with an audit and the default hasher. <see cref="AuditedShardMap{TKey, TValue, THasher}"/> describes
/// all members.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class AuditedShardMap<TKey, TValue> : AuditedShardMap<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <inheritdoc cref="AuditedShardMap{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, AuditOptions{TKey})"/>
    public AuditedShardMap(ShardMap<TKey, TValue, DefaultHasher<TKey>> map, AuditOptions<TKey>? options = null)
        : base(map, options)
    {
    }
}

/// <summary>A map with an audit. Every operation through this object is recorded, counted, and passed to
/// rules.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="THasher">The type of the hasher.</typeparam>
/// <remarks>
/// <para><b>Cost.</b> The audit is this object around the map. A map without an audit contains no instructions for it,
/// and code that uses the map directly is neither slowed down nor recorded. An operation through this object takes one
/// more lock for a short time, that of its shard of the audit.</para>
/// <para><b>Order.</b> An operation is recorded after it was performed. Overlapping operations of two threads may be
/// recorded in either order.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads.</para>
/// <para><b>Memory.</b> The last operations of each shard are in unmanaged memory, where <c>fsmap audit</c> finds them,
/// also in a dump.</para>
/// </remarks>
public partial class AuditedShardMap<TKey, TValue, THasher> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly Arena _arena = new();
    private readonly AuditShard<TKey>[] _shards;
    private readonly Channel<AuditAlert> _alerts;
    private readonly TimeProvider _time;
    private long _dropped;

    /// <summary>Creates an audit of a map.</summary>
    /// <param name="map">The map. Disposing the audit does not dispose it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule of <paramref name="options"/> is null, or creates no copy for a
    /// shard.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public unsafe AuditedShardMap(ShardMap<TKey, TValue, THasher> map, AuditOptions<TKey>? options = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        options ??= new AuditOptions<TKey>();
        AuditRule<TKey>[][] rules = RulesOf(options, map.GetStatistics().ShardCount);
        _arena.Attach(this);
        Map = map;
        _time = options.TimeProvider;
        _alerts = Channel.CreateBounded<AuditAlert>(
            new BoundedChannelOptions(options.PendingAlerts) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _dropped));
        (long, DateTimeOffset) anchor = (_time.GetTimestamp(), _time.GetUtcNow());
        _shards = new AuditShard<TKey>[rules.Length];
        try
        {
            for (int shard = 0; shard < _shards.Length; shard++)
            {
                AuditRing<TKey> ring = new(
                    _arena, options.RecentOperations, map.Shards.Header, shard, _time.TimestampFrequency, anchor);
                _shards[shard] = new AuditShard<TKey>(ring, rules[shard], _time, Raise);
            }
        }
        catch
        {
            _arena.Close(); // not reported as forgotten, because it was never completed
            throw;
        }
    }

    /// <summary>The map itself. Operations on it are not audited.</summary>
    public ShardMap<TKey, TValue, THasher> Map { get; }

    /// <summary>The alerts. If more alerts wait than <see cref="AuditOptions{TKey}.PendingAlerts"/> allows, the oldest
    /// is dropped, so that operations never wait for a reader. <see cref="Dispose"/> completes the channel.</summary>
    public ChannelReader<AuditAlert> Alerts => _alerts.Reader;

    /// <summary>The number of alerts dropped because they were not read in time.</summary>
    public long DroppedAlerts => Interlocked.Read(ref _dropped);

    /// <summary>The number of exceptions that rules have thrown.</summary>
    public long RuleFailures => _shards.Sum(shard => shard.RuleFailures);

    /// <summary>For tests: the arena of the rings.</summary>
    internal Arena Arena => _arena;

    /// <summary>Returns how many operations of a kind were recorded.</summary>
    /// <param name="operation">The kind of operation.</param>
    /// <returns>The number of operations since the audit began.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="operation"/> is not a kind of
    /// operation.</exception>
    public long GetCount(AuditOperation operation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (uint)operation, (uint)AuditOperation.Refused, nameof(operation));
        Span<long> counts = stackalloc long[AuditShard<TKey>.OperationKinds];
        counts.Clear();
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.AddCounts(counts);
        }

        return counts[(int)operation];
    }

    /// <summary>Returns the last operations, up to <see cref="AuditOptions{TKey}.RecentOperations"/> per
    /// shard.</summary>
    /// <returns>The operations, oldest first; empty after <see cref="Dispose"/>.</returns>
    public IReadOnlyList<AuditEvent<TKey>> GetRecent()
    {
        List<AuditEvent<TKey>> events = [];
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.CopyRecent(events);
        }

        GC.KeepAlive(this);
        return [.. events.OrderBy(item => item.Timestamp)]; // the sort is stable: the order within a shard is kept
    }

    /// <summary>Ends the audit, returns its memory to the operating system, and completes <see cref="Alerts"/>. The map
    /// can still be used, also through this object, but operations are no longer recorded. Further calls have no
    /// effect, even concurrent ones.</summary>
    public void Dispose()
    {
        _arena.Close();
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.Close(_arena);
        }

        _arena.DrainRetired();
        _alerts.Writer.TryComplete();
        GC.KeepAlive(this);
    }

    // Creates one copy of each rule per shard, before anything is allocated.
    private static AuditRule<TKey>[][] RulesOf(AuditOptions<TKey> options, int shards)
    {
        AuditRule<TKey>[] rules = [.. options.Rules];
        if (rules.Contains(null))
        {
            throw new ArgumentException($"{nameof(AuditOptions<>.Rules)} contains null.", nameof(options));
        }

        AuditRule<TKey>[][] copies = new AuditRule<TKey>[shards][];
        for (int shard = 0; shard < shards; shard++)
        {
            copies[shard] = new AuditRule<TKey>[rules.Length];
            for (int rule = 0; rule < rules.Length; rule++)
            {
                copies[shard][rule] = rules[rule].CreateForShard() ?? throw new ArgumentException(
                    $"{nameof(AuditRule<>.CreateForShard)} of {rules[rule].GetType()} returned null.", nameof(options));
            }
        }

        return copies;
    }

    private void Raise(AuditRule<TKey> rule, AuditEvent<TKey> auditEvent, AuditSeverity severity, string message) =>
        _alerts.Writer.TryWrite(new AuditAlert(
            rule.Name,
            severity,
            string.Create(CultureInfo.InvariantCulture, $"{auditEvent.Key}"),
            auditEvent.ThreadId,
            _time.GetUtcNow(),
            message));

    private void Record(TKey key, AuditOperation operation)
    {
        _shards[Map.Shards.ShardOf(Map.Shards.Hash(key))].Record(key, operation);
        GC.KeepAlive(this);
    }
}

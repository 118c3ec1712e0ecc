using System.Globalization;
using System.Threading.Channels;
using FastShardMap.Auditing;
using FastShardMap.Memory;

namespace FastShardMap;

/// <summary>A map with an audit: every operation through this object is recorded, counted and shown to rules.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="THasher">The type of the hasher.</typeparam>
/// <remarks>
/// <para><b>Cost.</b> A map without an audit has not one instruction of it: the audit is this object around the map,
/// and code that uses the map directly is neither slowed nor seen. An operation through it takes one more short lock,
/// of its shard of the audit.</para>
/// <para><b>Order.</b> An operation is recorded after it was performed; operations of two threads that overlap may be
/// recorded in either order.</para>
/// <para><b>Thread safety.</b> All members may be called by any number of threads.</para>
/// <para><b>Memory.</b> The last operations of each shard lie in unmanaged memory, where <c>fsmap audit</c> finds them,
/// also in a dump.</para>
/// </remarks>
public sealed partial class AuditedShardMap<TKey, TValue, THasher> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly Arena _arena = new();
    private readonly AuditShard<TKey>[] _shards;
    private readonly Channel<AuditAlert> _alerts;
    private readonly TimeProvider _time;
    private long _dropped;

    /// <summary>Puts a map under audit.</summary>
    /// <param name="map">The map; it stays the caller's to dispose.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule of <paramref name="options"/> is null, or makes no copy for a
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
                AuditRing<TKey> ring = new(_arena, options.RecentOperations, map.Shards.Header, shard, _time.TimestampFrequency, anchor);
                _shards[shard] = new AuditShard<TKey>(ring, rules[shard], _time, Raise);
            }
        }
        catch
        {
            _arena.Close(); // not forgotten: never made
            throw;
        }
    }

    /// <summary>The map itself: operations on it are not audited.</summary>
    public ShardMap<TKey, TValue, THasher> Map { get; }

    /// <summary>The alerts. When as many wait as <see cref="AuditOptions{TKey}.PendingAlerts"/> says, the oldest is
    /// dropped: so operations never wait for a reader. Completed by <see cref="Dispose"/>.</summary>
    public ChannelReader<AuditAlert> Alerts => _alerts.Reader;

    /// <summary>Alerts dropped because nobody read them in time.</summary>
    public long DroppedAlerts => Interlocked.Read(ref _dropped);

    /// <summary>Exceptions that rules have thrown.</summary>
    public long RuleFailures => _shards.Sum(shard => shard.RuleFailures);

    /// <summary>For tests: where the rings lie.</summary>
    internal Arena Arena => _arena;

    /// <summary>How many operations of a kind were recorded.</summary>
    /// <param name="operation">The kind.</param>
    /// <returns>The number since the audit began.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="operation"/> is no kind of operation.</exception>
    public long GetCount(AuditOperation operation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)operation, (uint)AuditOperation.Refused, nameof(operation));
        Span<long> counts = stackalloc long[AuditShard<TKey>.OperationKinds];
        counts.Clear();
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.AddCounts(counts);
        }

        return counts[(int)operation];
    }

    /// <summary>The last operations, of every shard as many as <see cref="AuditOptions{TKey}.RecentOperations"/>
    /// says.</summary>
    /// <returns>The operations, oldest first; empty after <see cref="Dispose"/>.</returns>
    public IReadOnlyList<AuditEvent<TKey>> GetRecent()
    {
        List<AuditEvent<TKey>> events = [];
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.CopyRecent(events);
        }

        GC.KeepAlive(this);
        return [.. events.OrderBy(item => item.Timestamp)]; // stable: within a shard the order is right already
    }

    /// <summary>Ends the audit, gives its memory back to the system and completes <see cref="Alerts"/>. The map and its
    /// operations, also through this object, go on; they are not recorded any more. A second call is harmless, also at
    /// the same time.</summary>
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

    // Before anything is allocated: one copy of each rule for each shard.
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
                    $"{nameof(AuditRule<>.CreateForShard)} of {rules[rule].GetType()} has returned null.", nameof(options));
            }
        }

        return copies;
    }

    private void Raise(AuditRule<TKey> rule, AuditEvent<TKey> auditEvent, AuditSeverity severity, string message) =>
        _alerts.Writer.TryWrite(new AuditAlert(
            rule.Name, severity, string.Create(CultureInfo.InvariantCulture, $"{auditEvent.Key}"), auditEvent.ThreadId, _time.GetUtcNow(), message));

    private void Record(TKey key, AuditOperation operation)
    {
        _shards[Map.Shards.ShardOf(Map.Shards.Hash(key))].Record(key, operation);
        GC.KeepAlive(this);
    }
}

using System.Globalization;
using System.Threading.Channels;
using FastShardMap.Auditing;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap;

/// <summary>What an audit has recorded: the base class of all maps with an audit.</summary>
/// <typeparam name="TKey">The type of the keys that the audit records: that of the map's keys, or
/// <see cref="AuditKey"/> if these are text or bytes.</typeparam>
/// <remarks>All members may be called concurrently from multiple threads.</remarks>
public abstract class MapAudit<TKey> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly Arena _arena = new();
    private readonly AuditShard<TKey>[] _shards;
    private readonly Channel<AuditAlert> _alerts;
    private readonly TimeProvider _time;
    private long _dropped;

    /// <summary>Creates an audit of a map.</summary>
    /// <param name="map">The header of the map, which is not disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    private protected unsafe MapAudit(MapHeader* map, AuditOptions<TKey>? options)
    {
        options ??= new AuditOptions<TKey>();
        AuditRule<TKey>[][] rules = RulesOf(options, (int)map->ShardCount);
        _arena.Attach(this);
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
                    _arena, options.RecentOperations, map, shard, _time.TimestampFrequency, anchor);
                _shards[shard] = new AuditShard<TKey>(ring, rules[shard], _time, Raise);
            }
        }
        catch
        {
            _arena.Close(); // not reported as forgotten, because it was never completed
            throw;
        }
    }

    /// <summary>The alerts. If more alerts wait than <see cref="AuditOptions{TKey}.PendingAlerts"/> allows, the oldest
    /// is dropped, so that operations never wait for a reader. <see cref="Dispose"/> completes the channel.</summary>
    public ChannelReader<AuditAlert> Alerts => _alerts.Reader;

    /// <summary>The number of alerts dropped because they were not read in time.</summary>
    public long DroppedAlerts => Interlocked.Read(ref _dropped);

    /// <summary>The number of exceptions that rules, or the time provider, have thrown. An operation whose time cannot
    /// be read is recorded with the time of the one before it in its shard.</summary>
    public long RuleFailures => _shards.Sum(shard => shard.RuleFailures);

    /// <summary>For tests: the arena of the rings.</summary>
    internal Arena Arena => _arena;

    /// <summary>Returns how many operations of a kind were recorded.</summary>
    /// <param name="operation">The kind of operation.</param>
    /// <returns>The number of operations since the audit began.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="operation"/> is not a kind of
    /// operation.</exception>
    /// <exception cref="InvalidOperationException">A rule of an audit calls this.</exception>
    public long GetCount(AuditOperation operation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (uint)operation, (uint)AuditOperation.Refused, nameof(operation));
        RuleScope.ThrowIfInside();
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
    /// <exception cref="InvalidOperationException">A rule of an audit calls this.</exception>
    public IReadOnlyList<AuditEvent<TKey>> GetRecent()
    {
        RuleScope.ThrowIfInside();
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
    /// <exception cref="InvalidOperationException">A rule of an audit calls this.</exception>
    public void Dispose()
    {
        RuleScope.ThrowIfInside();
        _arena.Close();
        foreach (AuditShard<TKey> shard in _shards)
        {
            shard.Close(_arena);
        }

        _arena.DrainRetired();
        Uninterruptible.Run(_alerts.Writer, static writer => writer.TryComplete());
        GC.KeepAlive(this);
    }

    /// <summary>Records an operation that was performed.</summary>
    /// <param name="shard">The shard of the key.</param>
    /// <param name="key">The key, in the form in which the audit keeps it.</param>
    /// <param name="operation">The operation.</param>
    internal void Record(int shard, TKey key, AuditOperation operation)
    {
        _shards[shard].Record(key, operation);
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

    private void Raise(AuditRule<TKey> rule, AuditEvent<TKey> auditEvent, AuditSeverity severity, string message)
    {
        AuditAlert alert = new(
            rule.Name,
            severity,
            string.Create(CultureInfo.InvariantCulture, $"{auditEvent.Key}"),
            auditEvent.ThreadId,
            _time.GetUtcNow(),
            message);
        Uninterruptible.Run((_alerts.Writer, alert), static state => state.Writer.TryWrite(state.alert));
    }
}

namespace FastShardMap;

/// <summary>The base class of the rules of an audit. Derive from it, and add an instance to
/// <see cref="AuditOptions{TKey}.Rules"/>.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>
/// An audit creates one copy per shard by <see cref="CreateForShard"/>. A copy sees all operations on the keys of its
/// shard, in order and one at a time, so it needs no synchronization. It runs on the thread of the operation, after the
/// operation. It holds the audit's lock of the shard, but no lock of the map, unless the operation was performed in a
/// callback of the map. It must therefore be short, must not use the map, and should not allocate per operation. What
/// it does through an audited map is not recorded. Exceptions that it throws are counted
/// (<see cref="MapAudit{TKey}.RuleFailures"/>) and not passed on.
/// </remarks>
public abstract class AuditRule<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    /// <summary>The name of the rule, which its alerts contain.</summary>
    public abstract string Name { get; }

    /// <summary>Creates the copy of the rule that observes one shard.</summary>
    /// <returns>A rule with its own state.</returns>
    public abstract AuditRule<TKey> CreateForShard();

    /// <summary>Observes an operation.</summary>
    /// <param name="auditEvent">The operation.</param>
    /// <param name="ticksPerSecond">The number of timestamp ticks per second.</param>
    /// <param name="severity">Receives the severity, if there is a finding.</param>
    /// <param name="message">Receives the description of the finding, for people.</param>
    /// <returns>Whether to raise an alert.</returns>
    public abstract bool Observe(
        in AuditEvent<TKey> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message);
}

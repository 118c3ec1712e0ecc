namespace FastShardMap;

/// <summary>A rule of an audit. Derive from it and hand an instance to
/// <see cref="AuditOptions{TKey}.Rules"/>.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>An audit makes one copy a shard by <see cref="CreateForShard"/>. A copy sees all operations on the keys of
/// its shard, in order and never two at once: so it needs no synchronisation. It runs on the thread of the operation,
/// after it and outside the map's locks; so it must be short, and should not allocate per operation. What it throws is
/// counted (<see cref="AuditedShardMap{TKey, TValue, THasher}.RuleFailures"/>) and goes no further.</remarks>
public abstract class AuditRule<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    /// <summary>The name of the rule, as its alerts give it.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the copy of the rule that watches one shard.</summary>
    /// <returns>A rule with a state of its own.</returns>
    public abstract AuditRule<TKey> CreateForShard();

    /// <summary>Looks at an operation.</summary>
    /// <param name="auditEvent">The operation.</param>
    /// <param name="ticksPerSecond">The unit of the timestamps.</param>
    /// <param name="severity">How much it matters, if it does.</param>
    /// <param name="message">What was found, for people.</param>
    /// <returns>Whether to raise an alert.</returns>
    public abstract bool Observe(in AuditEvent<TKey> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message);
}

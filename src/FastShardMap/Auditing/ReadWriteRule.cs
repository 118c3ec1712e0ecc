using System.Globalization;
using FastShardMap.Auditing;

namespace FastShardMap;

/// <summary>A default rule that reports a thread that alternately reads and writes one key several times. This is often
/// a lookup and a store that should be one operation (<c>AddOrUpdate</c>, <c>TryUpdate</c>), because another thread can
/// interfere between the two.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
public sealed class ReadWriteRule<TKey> : AuditRule<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly int _turns;
    private readonly RecentKeys<TKey, Turns> _keys = new();

    /// <summary>Creates the rule.</summary>
    /// <param name="turns">The number of pairs of a read and a write of one key by one thread, within a second and
    /// without an operation of another thread on the key in between, that raises an alert; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="turns"/> is less than 1.</exception>
    public ReadWriteRule(int turns = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(turns, 1);
        _turns = turns;
    }

    /// <inheritdoc/>
    public override string Name => "read and write in turn";

    /// <inheritdoc/>
    public override AuditRule<TKey> CreateForShard() => new ReadWriteRule<TKey>(_turns);

    /// <inheritdoc/>
    public override bool Observe(
        in AuditEvent<TKey> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message)
    {
        severity = AuditSeverity.Medium;
        message = null;
        ref Turns turns = ref _keys.StateOf(auditEvent.Key);
        if (turns.ThreadId != auditEvent.ThreadId || auditEvent.Timestamp - turns.Start >= ticksPerSecond)
        {
            turns = new Turns { ThreadId = auditEvent.ThreadId, Start = auditEvent.Timestamp };
        }

        bool completes = auditEvent.IsWrite && turns.LastWasRead;
        turns.LastWasRead = !auditEvent.IsWrite;
        if (!completes || ++turns.Pairs != _turns)
        {
            return false;
        }

        message = string.Create(
            CultureInfo.InvariantCulture,
            $"Thread {auditEvent.ThreadId} has read and written one key in turn {_turns} times; "
            + $"one operation would do both.");
        return true;
    }

    private struct Turns
    {
        public int ThreadId;
        public int Pairs;
        public bool LastWasRead;
        public long Start;
    }
}

using System.Globalization;
using FastShardMap.Auditing;

namespace FastShardMap;

/// <summary>A default rule that reports a key that is written more often than a limit within a second.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>The rule counts the writes of at most 256 keys per shard, those that were written last. If many keys are
/// written in turn, a key may leave the rule between two of its writes, and its count begins anew. Otherwise, there is
/// at most one alert per key and second.</remarks>
public sealed class HotKeyRule<TKey> : AuditRule<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly long _writesPerSecond;
    private readonly RecentKeys<TKey, Window> _keys = new();

    /// <summary>Creates the rule.</summary>
    /// <param name="writesPerSecond">The number of writes to one key within a second up to which no alert is raised; 1
    /// or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="writesPerSecond"/> is less than 1.</exception>
    public HotKeyRule(long writesPerSecond = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(writesPerSecond, 1);
        _writesPerSecond = writesPerSecond;
    }

    /// <inheritdoc/>
    public override string Name => "hot key";

    /// <inheritdoc/>
    public override AuditRule<TKey> CreateForShard() => new HotKeyRule<TKey>(_writesPerSecond);

    /// <inheritdoc/>
    public override bool Observe(
        in AuditEvent<TKey> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message)
    {
        severity = AuditSeverity.High;
        message = null;
        if (!auditEvent.IsWrite)
        {
            return false;
        }

        ref Window window = ref _keys.StateOf(auditEvent.Key);
        if (window.Writes == 0 || auditEvent.Timestamp - window.Start >= ticksPerSecond)
        {
            window = new Window { Start = auditEvent.Timestamp };
        }

        if (++window.Writes != _writesPerSecond + 1)
        {
            return false;
        }

        message = string.Create(
            CultureInfo.InvariantCulture, $"More than {_writesPerSecond} writes to one key within a second.");
        return true;
    }

    private struct Window
    {
        public long Start;
        public long Writes;
    }
}

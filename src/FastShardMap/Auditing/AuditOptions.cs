#pragma warning disable MA0015 // the exception of a setter names the option, and not 'value'

namespace FastShardMap;

/// <summary>Specifies how a map is audited.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
public sealed class AuditOptions<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    /// <summary>The rules, none of which may be null. Default: <see cref="HotKeyRule{TKey}"/> and
    /// <see cref="ReadWriteRule{TKey}"/>.</summary>
    public IList<AuditRule<TKey>> Rules { get; } = [new HotKeyRule<TKey>(), new ReadWriteRule<TKey>()];

    /// <summary>The number of operations that the audit keeps per shard, rounded up to a power of two. Default:
    /// 256.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or above a million.</exception>
    public int RecentOperations
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(RecentOperations));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_000_000, nameof(RecentOperations));
            field = value;
        }
    }

    = 256;

    /// <summary>The maximum number of alerts that wait for a reader. Beyond it, the oldest alert is dropped. Default:
    /// 1024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int PendingAlerts
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(PendingAlerts));
            field = value;
        }
    }

    = 1024;

    /// <summary>The clock. Default: <see cref="TimeProvider.System"/>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TimeProvider TimeProvider
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(TimeProvider));
            field = value;
        }
    }

    = TimeProvider.System;
}

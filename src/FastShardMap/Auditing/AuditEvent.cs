#pragma warning disable MA0048, SA1402 // the vocabulary of the audit, to be read together
using System.Runtime.InteropServices;

namespace FastShardMap;

/// <summary>The kind of an audited operation.</summary>
public enum AuditOperation
{
    /// <summary>A lookup that found its key.</summary>
    ReadHit,

    /// <summary>A lookup that did not find its key.</summary>
    ReadMiss,

    /// <summary>An entry was added.</summary>
    Add,

    /// <summary>A value was replaced or changed.</summary>
    Update,

    /// <summary>An entry was removed.</summary>
    Remove,

    /// <summary>A conditional write was refused because its condition did not hold.</summary>
    Refused,
}

/// <summary>The severity of an alert.</summary>
public enum AuditSeverity
{
    /// <summary>For information.</summary>
    Low,

    /// <summary>Should be examined.</summary>
    Medium,

    /// <summary>Should be examined at once.</summary>
    High,
}

/// <summary>One operation on an audited map.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <param name="Timestamp">The time of the operation, in ticks of the audit's <see cref="TimeProvider"/>
/// (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="Key">The key.</param>
/// <param name="ThreadId">The managed thread id.</param>
/// <param name="Operation">The kind of the operation.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AuditEvent<TKey>(long Timestamp, TKey Key, int ThreadId, AuditOperation Operation)
{
    /// <summary>Whether the operation changed the map.</summary>
    public bool IsWrite => Operation is AuditOperation.Add or AuditOperation.Update or AuditOperation.Remove;
}

/// <summary>A finding of a rule.</summary>
/// <param name="Rule">The name of the rule.</param>
/// <param name="Severity">The severity of the finding.</param>
/// <param name="Key">The key, as text; in the invariant culture if its type is formattable.</param>
/// <param name="ThreadId">The managed id of the thread whose operation raised the alert.</param>
/// <param name="Time">The time of the alert.</param>
/// <param name="Message">A description of the finding, for people.</param>
public sealed record AuditAlert(
    string Rule, AuditSeverity Severity, string Key, int ThreadId, DateTimeOffset Time, string Message);

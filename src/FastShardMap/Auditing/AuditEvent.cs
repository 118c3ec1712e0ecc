#pragma warning disable MA0048, SA1402 // the vocabulary of the audit: read together
using System.Runtime.InteropServices;

namespace FastShardMap;

/// <summary>What an audited operation did.</summary>
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

    /// <summary>A conditional write whose condition did not hold.</summary>
    Refused,
}

/// <summary>How much an alert matters.</summary>
public enum AuditSeverity
{
    /// <summary>Worth knowing.</summary>
    Low,

    /// <summary>Worth a look.</summary>
    Medium,

    /// <summary>Worth a look now.</summary>
    High,
}

/// <summary>One operation on an audited map.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <param name="Timestamp">When, in ticks of the audit's <see cref="TimeProvider"/>
/// (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="Key">The key.</param>
/// <param name="ThreadId">The managed thread id.</param>
/// <param name="Operation">What was done.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AuditEvent<TKey>(long Timestamp, TKey Key, int ThreadId, AuditOperation Operation)
{
    /// <summary>Whether the operation changed the map.</summary>
    public bool IsWrite => Operation is AuditOperation.Add or AuditOperation.Update or AuditOperation.Remove;
}

/// <summary>What a rule has found.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Key">The key it is about, as text; in the invariant culture if its type is formattable.</param>
/// <param name="ThreadId">The thread whose operation raised it.</param>
/// <param name="Time">When.</param>
/// <param name="Message">What was found, for people.</param>
public sealed record AuditAlert(
    string Rule, AuditSeverity Severity, string Key, int ThreadId, DateTimeOffset Time, string Message);

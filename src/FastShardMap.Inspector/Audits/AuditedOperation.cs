namespace FastShardMap.Inspector.Audits;

/// <summary>One operation, as an audit recorded it.</summary>
/// <param name="Time">The time, UTC.</param>
/// <param name="Timestamp">The time in ticks of the audit's clock, which is finer.</param>
/// <param name="Thread">The managed thread id.</param>
/// <param name="Operation">The name of the operation, or its number if the memory is damaged and no operation has that
/// number.</param>
/// <param name="Shard">The shard of the key.</param>
/// <param name="Key">The key, decoded by its type.</param>
internal sealed record AuditedOperation(
    DateTime Time, long Timestamp, int Thread, string Operation, int Shard, object Key);

namespace FastShardMap.Inspector.Audits;

/// <summary>One operation as an audit recorded it.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Timestamp">When, in ticks of the audit's clock: finer than the time.</param>
/// <param name="Thread">The managed thread id.</param>
/// <param name="Operation">The name of the operation; a number if damaged memory names none.</param>
/// <param name="Shard">The shard of the key.</param>
/// <param name="Key">The key, decoded by its type.</param>
internal sealed record AuditedOperation(DateTime Time, long Timestamp, int Thread, string Operation, int Shard, object Key);

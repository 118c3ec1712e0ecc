namespace FastShardMap.Inspector.Commands;

/// <summary>Who holds a shard's lock, and where.</summary>
/// <param name="OsThreadId">0 if the thread has ended, or threads cannot be read.</param>
internal sealed record LockHolder(int Shard, int ManagedThreadId, uint OsThreadId, IReadOnlyList<string> Stack);

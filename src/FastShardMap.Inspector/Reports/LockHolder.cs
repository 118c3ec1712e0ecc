using System.Text.Json.Serialization;

namespace FastShardMap.Inspector.Reports;

/// <summary>The thread that holds a shard's lock, and its stack.</summary>
/// <param name="OsThreadId">The id of the operating system; 0 if the thread has ended, or threads cannot be
/// read.</param>
internal sealed record LockHolder(int Shard, int ManagedThreadId, uint OsThreadId, IReadOnlyList<string> Stack)
{
    /// <summary>The thread, as part of a line of text.</summary>
    [JsonIgnore]
    public string ThreadText =>
        $"managed thread {ManagedThreadId} "
            + $"({(OsThreadId == 0 ? "it has ended, or the target does not say" : $"system thread {OsThreadId}")})";
}

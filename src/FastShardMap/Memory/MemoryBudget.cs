namespace FastShardMap.Memory;

/// <summary>How far undisposed memory may grow before a collection looks for what is forgotten. The rule is in
/// ForgottenMemory.cs. One thread begins and renews; any thread asks and adds.</summary>
internal sealed class MemoryBudget
{
    private long _limitBytes = ForgottenMemory.MinBudgetBytes;
    private long _finalizedBytes;
    private long _survivedBytes;
    private long _heldAtBegin;
    private long _finalizedAtBegin;

    /// <summary>What finalizers have given up, since the process began.</summary>
    public long FinalizedBytes => Interlocked.Read(ref _finalizedBytes);

    /// <summary>Whether finalizers have given up half of what came since the last renewal: then there is room again, and
    /// nothing is known of the rest.</summary>
    public bool IsMostlyFinalized => FinalizedBytes - _finalizedAtBegin >= (_heldAtBegin - _survivedBytes) / 2;

    public bool IsExceeded(long heldBytes) => heldBytes > Interlocked.Read(ref _limitBytes);

    /// <summary>Whether the memory goes on growing while a collection is under way.</summary>
    public bool IsFarExceeded(long heldBytes) => heldBytes > Interlocked.Read(ref _limitBytes) + ForgottenMemory.MinBudgetBytes;

    public void AddFinalized(long bytes) => Interlocked.Add(ref _finalizedBytes, bytes);

    /// <summary>A collection begins.</summary>
    public void Begin(long heldBytes)
    {
        _heldAtBegin = heldBytes;
        _finalizedAtBegin = FinalizedBytes;
    }

    /// <summary>The collection was a full one: as much again as has survived it may come before the next.</summary>
    /// <param name="mostBytes">But no more than this.</param>
    public void Renew(long mostBytes)
    {
        _survivedBytes = Math.Max(0, _heldAtBegin - (FinalizedBytes - _finalizedAtBegin));
        Interlocked.Exchange(
            ref _limitBytes, _survivedBytes + Math.Clamp(_survivedBytes, ForgottenMemory.MinBudgetBytes, mostBytes));
    }
}

namespace FastShardMap.Memory;

/// <summary>Limits the growth of undisposed memory before a collection looks for forgotten objects. ForgottenMemory.cs
/// explains the rule. One thread calls <see cref="Begin"/> and <see cref="Renew"/>; the other members are
/// thread-safe.</summary>
internal sealed class MemoryBudget
{
    private long _limitBytes = ForgottenMemory.MinBudgetBytes;
    private long _finalizedBytes;
    private long _survivedBytes;
    private long _heldAtBegin;
    private long _finalizedAtBegin;

    /// <summary>Bytes that finalizers have released since the process began.</summary>
    public long FinalizedBytes => Interlocked.Read(ref _finalizedBytes);

    /// <summary>Whether finalizers have released half of the growth since the last renewal. In this case there is room
    /// again, and nothing is known about the rest.</summary>
    public bool IsMostlyFinalized => FinalizedBytes - _finalizedAtBegin >= (_heldAtBegin - _survivedBytes) / 2;

    public bool IsExceeded(long heldBytes) => heldBytes > Interlocked.Read(ref _limitBytes);

    /// <summary>Returns whether the memory continues to grow while a collection is running.</summary>
    public bool IsFarExceeded(long heldBytes) =>
        heldBytes > Interlocked.Read(ref _limitBytes) + ForgottenMemory.MinBudgetBytes;

    public void AddFinalized(long bytes) => Interlocked.Add(ref _finalizedBytes, bytes);

    /// <summary>Records that a collection begins.</summary>
    public void Begin(long heldBytes)
    {
        _heldAtBegin = heldBytes;
        _finalizedAtBegin = FinalizedBytes;
    }

    /// <summary>Renews the budget after a full collection: as much as survived the collection may be added before the
    /// next one.</summary>
    /// <param name="mostBytes">The upper bound of that growth.</param>
    public void Renew(long mostBytes)
    {
        _survivedBytes = Math.Max(0, _heldAtBegin - (FinalizedBytes - _finalizedAtBegin));
        Interlocked.Exchange(
            ref _limitBytes, _survivedBytes + Math.Clamp(_survivedBytes, ForgottenMemory.MinBudgetBytes, mostBytes));
    }
}

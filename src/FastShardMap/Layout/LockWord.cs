namespace FastShardMap.Layout;

/// <summary>
/// The lock of a shard.
/// <code>
/// 31 ………………………… 1 |    0
///  owner's thread id | waiters     0 as a whole: free
/// </code>
/// Waiters: threads are parked. Pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly struct LockWord(int word)
{
    private const int Waiters = 1;
    private const int OwnerShift = 1;

    public static LockWord Free => default;

    public int Word => word;

    public bool IsFree => word == 0;

    /// <summary>Whether threads are parked, or were when the lock was last looked at by one.</summary>
    public bool HasWaiters => (word & Waiters) != 0;

    /// <summary>The managed thread id of the owner; 0 if there is none.</summary>
    public int OwnerId => word >> OwnerShift;

    public static LockWord OwnedBy(int threadId) => new(threadId << OwnerShift);

    public LockWord WithWaiters() => new(word | Waiters);
}

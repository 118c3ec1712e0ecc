namespace FastShardMap.Layout;

/// <summary>
/// The lock of a shard.
/// <code>
/// 31 ………………………… 1 |    0
///  owner's thread id | waiters     0 as a whole: free
/// </code>
/// Waiters: threads are parked. All methods are pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct LockWord(int Word)
{
    private const int Waiters = 1;
    private const int OwnerShift = 1;

    public static LockWord Free => default;

    public bool IsFree => Word == 0;

    /// <summary>Whether threads are parked, or were parked when one of them last checked the lock.</summary>
    public bool HasWaiters => (Word & Waiters) != 0;

    /// <summary>The managed thread id of the owner, or 0 if the lock is free.</summary>
    public int OwnerId => Word >> OwnerShift;

    public static LockWord OwnedBy(int threadId) => new(threadId << OwnerShift);

    public LockWord WithWaiters() => new(Word | Waiters);
}

namespace FastShardMap.Layout;

/// <summary>
/// The version of a group.
/// <code>
/// 63 ………………………… 3 |   2    |   1   |  0
///  writes so far     |    0   | moved | busy     no thread has locked the group
///  managed thread id |    1   |   0   |  0       one thread has locked the group
/// </code>
/// Busy: the owner of the shard's lock is changing the group. Moved: the entries are now in the shard's current table.
/// Locked: a thread has locked the group without owning the shard's lock. At one write per nanosecond, the 61 bits of
/// the count wrap after 73 years. All methods are pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct VersionWord(ulong Word)
{
    private const ulong Busy = 1;
    private const ulong Moved = 2;
    private const ulong Locked = 4;
    private const ulong Write = 8;
    private const int ThreadShift = 3;

    /// <summary>Whether no writer is at work and the entries are still here, as a lookup in one group
    /// requires.</summary>
    public bool IsStable => (Word & (Busy | Locked | Moved)) == 0;

    /// <summary>Whether a writer is at work, with the shard's lock or without it.</summary>
    public bool IsWritten => (Word & (Busy | Locked)) != 0;

    /// <summary>Whether the owner of the shard's lock is changing the group.</summary>
    public bool IsBusy => (Word & Busy) != 0;

    /// <summary>Whether the entries are now in the shard's current table.</summary>
    public bool IsMoved => (Word & Moved) != 0;

    /// <summary>Whether a thread has locked the group without owning the shard's lock.</summary>
    public bool IsLocked => (Word & Locked) != 0;

    /// <summary>The managed id of the thread that has locked the group. Valid if <see cref="IsLocked"/>.</summary>
    public int LockOwner => (int)(Word >> ThreadShift);

    /// <summary>Returns the version while this thread has the group locked. It is different for every live thread, so a
    /// thread that finds its own word knows that it still has the lock.</summary>
    public static VersionWord LockedBy(int threadId) => new(((ulong)(uint)threadId << ThreadShift) | Locked);

    /// <summary>Returns the version while the owner of the shard's lock changes the group.</summary>
    public VersionWord BeginWrite() => new(Word + Busy);

    /// <summary>Returns the version after the change that <see cref="BeginWrite"/> began.</summary>
    public VersionWord EndWrite() => new(Word + (Write - Busy));

    /// <summary>Returns the version after a change by the thread that had locked the group at this version.</summary>
    public VersionWord AfterWrite() => new(Word + Write);

    /// <summary>Returns the version after the entries have moved to the current table.</summary>
    public VersionWord AfterMove() => new((Word + Write) | Moved);

    public override string ToString() =>
        IsLocked
            ? $"locked by thread {LockOwner}"
            : $"{Word}{(IsBusy ? ", busy" : string.Empty)}{(IsMoved ? ", moved" : string.Empty)}";
}

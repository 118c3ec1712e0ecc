namespace FastShardMap.Layout;

/// <summary>
/// The version of a group.
/// <code>
/// 63 ………………………… 3 |   2    |   1   |  0
///  writes so far     |    0   | moved | busy     nobody has the group locked
///  managed thread id |    1   |   0   |  0       one thread has locked the group
/// </code>
/// Busy: the owner of the shard's lock is changing the group. Moved: the entries live in the shard's current table now.
/// Locked: a thread without the shard's lock has the group for itself. At one write per nanosecond the 61 bits of the count
/// wrap after 73 years. Pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct VersionWord(ulong Word)
{
    private const ulong Busy = 1;
    private const ulong Moved = 2;
    private const ulong Locked = 4;
    private const ulong Write = 8;
    private const int ThreadShift = 3;

    /// <summary>Whether no writer is inside and the entries are still here: what a lookup in one group needs.</summary>
    public bool IsStable => (Word & (Busy | Locked | Moved)) == 0;

    /// <summary>Whether a writer is inside, with the shard's lock or without.</summary>
    public bool IsWritten => (Word & (Busy | Locked)) != 0;

    /// <summary>Whether the owner of the shard's lock is inside.</summary>
    public bool IsBusy => (Word & Busy) != 0;

    /// <summary>Whether the entries live in the shard's current table now.</summary>
    public bool IsMoved => (Word & Moved) != 0;

    /// <summary>Whether one thread has the group for itself, without the shard's lock.</summary>
    public bool IsLocked => (Word & Locked) != 0;

    /// <summary>The thread that has locked the group. If <see cref="IsLocked"/>.</summary>
    public int LockOwner => (int)(Word >> ThreadShift);

    /// <summary>The version while this thread has the group locked. No two live threads have the same, so a thread that
    /// finds it knows that it is its own.</summary>
    public static VersionWord LockedBy(int threadId) => new(((ulong)(uint)threadId << ThreadShift) | Locked);

    /// <summary>The version while the owner of the shard's lock changes the group.</summary>
    public VersionWord BeginWrite() => new(Word + Busy);

    /// <summary>The version after the change that <see cref="BeginWrite"/> began.</summary>
    public VersionWord EndWrite() => new(Word + (Write - Busy));

    /// <summary>The version after a change by the thread that had locked the group at this version.</summary>
    public VersionWord AfterWrite() => new(Word + Write);

    /// <summary>The version after the entries have moved to the current table.</summary>
    public VersionWord AfterMove() => new((Word + Write) | Moved);

    public override string ToString() =>
        IsLocked ? $"locked by thread {LockOwner}" : $"{Word}{(IsBusy ? ", busy" : string.Empty)}{(IsMoved ? ", moved" : string.Empty)}";
}

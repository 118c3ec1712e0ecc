using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// The version of a group.
/// <code>
/// 63 ………… 19 | 18 ………… 3 |   2    |   1   |  0
///  writes so far | filter |    0   | moved | busy     no thread has locked the group
///   managed thread id     |    1   |   0   |  0       one thread has locked the group
/// </code>
/// Busy: the owner of the shard's lock is changing the group. Moved: the entries are now in the shard's current table.
/// Locked: a thread has locked the group without owning the shard's lock. All methods are pure arithmetic: the caller
/// loads and stores the word.
/// <para>
/// The overflow filter has a bit for every sixteenth of all hashes. The bit is set while an entry with such a hash has
/// passed the group because it was full, and possibly afterwards: all bits are cleared together, when no entry that has
/// passed the group is left. The count of writes lies above the filter, so it never carries into it. At one write per
/// nanosecond, its 45 bits wrap after 9.8 hours, and a lookup would have to sleep through exactly that many writes to
/// its group.
/// </para>
/// </summary>
internal readonly record struct VersionWord(ulong Word)
{
    private const ulong Busy = 1;
    private const ulong Moved = 2;
    private const ulong Locked = 4;
    private const int FilterShift = 3;
    private const ulong Filter = ((1UL << HashBits.FilterBits) - 1) << FilterShift;
    private const ulong Write = 1UL << (FilterShift + HashBits.FilterBits);
    private const int ThreadShift = 3;

    /// <summary>The version of the sentinel of a disposed map: every bit of the filter is set, so that no lookup ends
    /// at the sentinel.</summary>
    public static VersionWord Disposed => new(Filter);

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

    /// <summary>Whether a bit of the overflow filter is set. Valid unless <see cref="IsLocked"/>.</summary>
    public bool HasFilter => (Word & Filter) != 0;

    /// <summary>Whether every bit of another version's overflow filter is set in this one. Valid unless
    /// <see cref="IsLocked"/>.</summary>
    public bool HasFilterOf(VersionWord other) => (other.Word & Filter & ~Word) == 0;

    /// <summary>The managed id of the thread that has locked the group. Valid if <see cref="IsLocked"/>.</summary>
    public int LockOwner => (int)(Word >> ThreadShift);

    /// <summary>Returns the version while this thread has the group locked. It is different for every live thread, so a
    /// thread that finds its own word knows that it still has the lock.</summary>
    public static VersionWord LockedBy(int threadId) => new(((ulong)(uint)threadId << ThreadShift) | Locked);

    /// <summary>Returns whether an entry with this hash may have passed the group, so that a lookup must continue.
    /// Valid unless <see cref="IsLocked"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1k
    public bool MayBePassedBy(ulong hash) => ((Word >> (HashBits.FilterBit(hash) + FilterShift)) & 1) != 0;

    /// <summary>Returns the version after an entry with this hash has passed the group. The count of writes stays: no
    /// slot has changed.</summary>
    public VersionWord PassedBy(ulong hash) => new(Word | (1UL << (HashBits.FilterBit(hash) + FilterShift)));

    /// <summary>Returns the version after the last entry that had passed the group was removed.</summary>
    public VersionWord WithoutFilter() => new(Word & ~Filter);

    /// <summary>Returns the version of a copy of the group in another table, which no thread has written to
    /// yet.</summary>
    /// <param name="control">The control word of the group. It says whether there is a filter if a thread has locked
    /// the group; then every bit is set.</param>
    public VersionWord OfCopy(ulong control) =>
        !ControlWord.HasOverflow(control) ? default
        : IsLocked ? Disposed
        : new VersionWord(Word & Filter);

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

using System.Runtime.CompilerServices;

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
internal readonly struct VersionWord(ulong word) : IEquatable<VersionWord>
{
    private const ulong Busy = 1;
    private const ulong Moved = 2;
    private const ulong Locked = 4;
    private const ulong Write = 8;
    private const int ThreadShift = 3;

    public ulong Word
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
        get => word;
    }

    /// <summary>Whether no writer is inside and the entries are still here: what a lookup in one group needs.</summary>
    public bool IsStable => (word & (Busy | Locked | Moved)) == 0;

    /// <summary>Whether a writer is inside, with the shard's lock or without.</summary>
    public bool IsWritten => (word & (Busy | Locked)) != 0;

    /// <summary>Whether the owner of the shard's lock is inside.</summary>
    public bool IsBusy => (word & Busy) != 0;

    /// <summary>Whether the entries live in the shard's current table now.</summary>
    public bool IsMoved => (word & Moved) != 0;

    /// <summary>Whether one thread has the group for itself, without the shard's lock.</summary>
    public bool IsLocked => (word & Locked) != 0;

    /// <summary>The thread that has locked the group. If <see cref="IsLocked"/>.</summary>
    public int LockOwner => (int)(word >> ThreadShift);

    public static bool operator ==(VersionWord left, VersionWord right) => left.Equals(right);

    public static bool operator !=(VersionWord left, VersionWord right) => !left.Equals(right);

    /// <summary>The version while this thread has the group locked. No two live threads have the same, so a thread that
    /// finds it knows that it is its own.</summary>
    public static VersionWord LockedBy(int threadId) => new(((ulong)(uint)threadId << ThreadShift) | Locked);

    /// <summary>The version while the owner of the shard's lock changes the group.</summary>
    public VersionWord BeginWrite() => new(word + Busy);

    /// <summary>The version after the change that <see cref="BeginWrite"/> began.</summary>
    public VersionWord EndWrite() => new(word + (Write - Busy));

    /// <summary>The version after a change by the thread that had locked the group at this version.</summary>
    public VersionWord AfterWrite() => new(word + Write);

    /// <summary>The version after the entries have moved to the current table.</summary>
    public VersionWord AfterMove() => new((word + Write) | Moved);

    public bool Equals(VersionWord other) => word == other.Word;

    public override bool Equals(object? obj) => obj is VersionWord other && Equals(other);

    public override int GetHashCode() => word.GetHashCode();

    public override string ToString() =>
        IsLocked ? $"locked by thread {LockOwner}" : $"{word}{(IsBusy ? ", busy" : string.Empty)}{(IsMoved ? ", moved" : string.Empty)}";
}

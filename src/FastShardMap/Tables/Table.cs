using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

// A table is one block of groups (Layout/Group.cs). It has no header of its own: the word that refers to it (TableRef)
// contains its address and size, and its owner counts its entries.
//
// TERMS
//   home        the group that a hash selects; monotone in the hash.
//   walk        home, home + 1, … wrapping at the end: the probe sequence. At most `groups` steps.
//   passed      an entry has passed a group if the group is on its walk before the group that contains the entry.
//   overflow    byte 7 of the control word counts the entries that passed the group. It saturates at 127 and then
//   count       stays there, because the exact count is lost.
//   overflow    16 bits of the version. The bit of an entry's hash is set when the entry passes the group, and all bits
//   filter      are cleared when the count returns to 0.
//
// OPERATIONS
//   Find        walks from the home. In each group it compares all tags at once, and the keys of equal tags. A group
//               that no entry with such a hash has passed (the bit of its filter is clear) ends the walk.
//   Insert      walks to the first group with a free slot and passes full groups: raises the count of each, and
//               sets the bit of its filter. Only then does it publish the entry, so that a reader that sees the entry
//               can reach it.
//   Remove      clears the tag, and only then lowers the counts along the walk. There are no tombstones: a free slot
//               is free at once, and counts fall again under churn (folly F14 counts overflow the same way).
//   Update      writes the value in place. Entries never move within a table.
//
// A group whose version has the moved bit set belongs to a table that a migration is emptying; its entries are now in
// the current table. Its tags are ignored, its frozen filter is still followed, and it is not written again.
//
// INVARIANTS (Table.Invariants.cs checks them)
//   1. The count of an unsaturated, unmoved group is the number of entries that passed it.
//   2. Every entry is reachable: each group on its walk before its own has the bit of the entry in its filter. A group
//      with a count of 0 has an empty filter.
//   3. No key occurs twice. 4. A tag agrees with the hash of its key.
//
// The parts of this type do not deal with concurrency: IGroupSync defines what readers must see in which order.

/// <summary>Implements the single-threaded semantics of a table of groups.</summary>
internal static unsafe partial class Table<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    public static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    public static int Slots => GroupShape<TKey, TValue>.Slots;

    // Safety: slot < Slots, group inside a block of this shape.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m; address arithmetic
    public static TKey* KeyAt(Group* group, int slot) =>
        (TKey*)((byte*)group + GroupShape.HeaderBytes + (slot * GroupShape<TKey, TValue>.SlotBytes));

    // Safety: the same as for KeyAt.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    public static TValue* ValueAt(Group* group, int slot) =>
        (TValue*)((byte*)KeyAt(group, slot) + GroupShape<TKey, TValue>.ValueOffset);

    /// <summary>Finds the slots with the tag for readers without a lock. The slots are never outside the group,
    /// whatever bytes the reader took for a control word (hazard H1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static ulong MatchUnlocked(ulong control, uint tag)
    {
        ulong match = ControlGroups.Match(control, tag);
        return GroupShape<TKey, TValue>.IsMisreadWhenStale ? match & ControlGroups.FirstSlots(Slots) : match;
    }

    /// <summary>Returns the home group of a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static Group* HomeGroup(TableRef table, ulong hash) => (Group*)table.HomeGroup(hash, Stride);

    /// <summary>Returns the occupied slots of a group, from its control word.</summary>
    public static OccupiedSlots Occupied(ulong control) => new(control, Slots);

    // Safety: index < table.Groups.
    public static Group* GroupAt(TableRef table, ulong index) => (Group*)(table.Base + (index * (uint)Stride));
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Snapshots;

/// <summary>Reads a frozen table. Its slots and control words do not change. Versions are ignored, because a migration
/// marks groups of the table as moved (see LockedShard.Freeze.cs).</summary>
internal static unsafe class FrozenTable<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>How far ahead of a pass through a table its lines are prefetched. The prefetching of the processor
    /// stops at every 4 KiB boundary (backends: save, 10 M entries: 44 ms against 52).</summary>
    private const int PrefetchBytes = 2048;

    /// <summary>The maximum number of bytes that <see cref="PackGroups"/> writes per group.</summary>
    public static int PackedGroupBytes =>
        GroupShape<TKey, TValue>.Slots * (Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>());

    /// <summary>Checks the first slot with the key's tag in its home group, which answers most lookups of present
    /// keys.</summary>
    /// <returns>Whether the key was found there and the snapshot was not disposed. If not, the result is
    /// unknown.</returns>
    // Safety: as for TryFind.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: reads of a snapshot
    public static bool TryFindHome(SnapshotState state, TableRef table, ulong hash, TKey key, out TValue value)
    {
        if (!table.IsNone)
        {
            Group* group = Table<TKey, TValue>.HomeGroup(table, hash);
            ulong match = Table<TKey, TValue>.MatchUnlocked(group->Control, HashBits.Tag(hash));
            if (match != 0)
            {
                int slot = ControlGroups.LowestSlot(match);
                TKey candidate = *Table<TKey, TValue>.KeyAt(group, slot);
                value = *Table<TKey, TValue>.ValueAt(group, slot);
                return !state.IsDisposed
                    && key.Equals(candidate)
                    && (!KeyStore<TKey>.HasRecords || !state.IsDisposed);
            }
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    /// <summary>Finds a key. Calls the key's Equals only with keys that were read while the snapshot was not
    /// disposed.</summary>
    /// <returns>Whether the key was found. The caller must then check <see cref="SnapshotState.IsDisposed"/>.</returns>
    // Safety: the block stays mapped while the map is reachable. Its memory may be given back in the meantime, which
    // the state shows.
    public static bool TryFind(SnapshotState state, TableRef table, ulong hash, TKey key, out TValue value)
    {
        if (!table.IsNone)
        {
            uint tag = HashBits.Tag(hash);
            for (ProbeSequence probe = new(table, hash, Table<TKey, TValue>.Stride); !probe.IsOver; probe.Advance())
            {
                ulong control = probe.Group->Control;
                for (ulong match = Table<TKey, TValue>.MatchUnlocked(control, tag);
                    match != 0;
                    match = ControlGroups.ClearLowest(match))
                {
                    int slot = ControlGroups.LowestSlot(match);
                    TKey candidate = *Table<TKey, TValue>.KeyAt(probe.Group, slot);
                    TValue copy = *Table<TKey, TValue>.ValueAt(probe.Group, slot);
                    if (state.IsDisposed)
                    {
                        value = default;
                        return false;
                    }

                    if (key.Equals(candidate))
                    {
                        value = copy;
                        return true;
                    }
                }

                if (!ControlWord.HasOverflow(control))
                {
                    break;
                }
            }
        }

        value = default;
        return false;
    }

    /// <summary>Copies the next entry.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The group to begin with; receives the group to continue with.</param>
    /// <param name="slot">The slot to begin with; receives the slot to continue with.</param>
    /// <param name="entry">Receives the entry; default if there is none.</param>
    /// <returns>Whether there is an entry.</returns>
    // Safety: the loop ends at the table's last group.
    public static bool TryCopyNext(TableRef table, ref ulong index, ref int slot, out KeyValuePair<TKey, TValue> entry)
    {
        for (ulong groups = table.Groups; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            ulong control = group->Control;
            while (slot < Table<TKey, TValue>.Slots)
            {
                int here = slot++;
                if (ControlWord.ControlByte(control, here) != 0)
                {
                    entry = new KeyValuePair<TKey, TValue>(
                        *Table<TKey, TValue>.KeyAt(group, here), *Table<TKey, TValue>.ValueAt(group, here));
                    return true;
                }
            }

            slot = 0;
        }

        entry = default;
        return false;
    }

    /// <summary>Copies the entries of groups, each value directly after its key, without the gaps of the
    /// table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The first group; receives the group after the last one copied.</param>
    /// <param name="destination">Receives the entries.</param>
    /// <param name="wantedBytes">The length at which to stop, after the first group that reaches it. The destination
    /// must be longer by <see cref="PackedGroupBytes"/>.</param>
    /// <returns>The number of bytes written.</returns>
    /// <remarks>Copies free slots too, and advances only past occupied ones: a branch that depends on which slots are
    /// free costs more than the copy (backends: save).</remarks>
    // Safety: index < table.Groups. A group is started only below wantedBytes, and writes at most PackedGroupBytes.
    public static int PackGroups(TableRef table, ref ulong index, Span<byte> destination, int wantedBytes)
    {
        nuint entryBytes = (nuint)(Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>());
        fixed (byte* start = destination[..(wantedBytes + PackedGroupBytes)])
        {
            byte* to = start;
            byte* end = start + wantedBytes;
            ulong groups = table.Groups;
            ulong next = index;
            for (; next < groups && to < end; next++)
            {
                Group* group = Table<TKey, TValue>.GroupAt(table, next);
                PrefetchAhead(group);
                ulong control = group->Control;
                for (int slot = 0; slot < Table<TKey, TValue>.Slots; slot++)
                {
                    Unsafe.WriteUnaligned(to, *Table<TKey, TValue>.KeyAt(group, slot));
                    Unsafe.WriteUnaligned(to + Unsafe.SizeOf<TKey>(), *Table<TKey, TValue>.ValueAt(group, slot));
                    to += ControlWord.ControlByte(control, slot) != 0 ? entryBytes : 0;
                }
            }

            index = next;
            return (int)(to - start);
        }
    }

    // Prefetching past the end of the table is harmless, because a prefetch does not fault.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: save
    private static void PrefetchAhead(Group* group)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)group + PrefetchBytes);
            Sse.Prefetch0((byte*)group + PrefetchBytes + GroupShape.LineBytes);
        }
    }
}

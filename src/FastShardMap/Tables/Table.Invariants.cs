using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    private const int MaxViolations = 20;

    /// <summary>Checks the invariants at the top of Table.cs, and what follows from them.</summary>
    /// <param name="table">A table that no thread changes during the call. A migration may be emptying it.</param>
    /// <param name="hashOf">Computes the hash of a key.</param>
    /// <param name="liveEntries">Receives the number of entries, without those of moved groups.</param>
    /// <returns>A description of each violation, at most <see cref="MaxViolations"/>; empty if there is none.</returns>
    /// <remarks>For tests and tools. Takes time proportional to the number of slots and the lengths of probe sequences,
    /// and allocates one number per group.</remarks>
    public static IReadOnlyList<string> FindViolations(TableRef table, Func<TKey, ulong> hashOf, out long liveEntries)
    {
        ArgumentNullException.ThrowIfNull(hashOf);
        List<string> violations = [];
        liveEntries = 0;

        // Entries of moved groups count too: their tags are frozen, and the counts they have raised are never lowered.
        uint[] passedBy = new uint[table.Groups];
        VersionWord[] filters = new VersionWord[table.Groups];
        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = GroupAt(table, index);
            ulong control = group->Control;
            bool moved = new VersionWord(group->Version).IsMoved;
            if (new VersionWord(group->Version).IsWritten)
            {
                violations.Add(
                    $"group {index}: its version is {new VersionWord(group->Version)}, but no thread is writing");
            }

            for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
            {
                byte controlByte = ControlWord.ControlByte(control, slot);
                if (controlByte == 0)
                {
                    continue;
                }

                if (slot >= Slots || controlByte < ControlWord.OccupiedBit)
                {
                    violations.Add($"group {index} slot {slot}: control byte {controlByte:X2} where none may be");
                    continue;
                }

                liveEntries += moved ? 0 : 1;
                CheckEntry(table, index, slot, hashOf, passedBy, filters, violations);
            }

            if (violations.Count >= MaxViolations)
            {
                return violations;
            }
        }

        for (ulong index = 0; index < table.Groups && violations.Count < MaxViolations; index++)
        {
            CheckOverflowCount(GroupAt(table, index), index, passedBy[index], violations);
            CheckFilter(GroupAt(table, index), index, filters[index], violations);
        }

        return violations;
    }

    private static void CheckEntry(
        TableRef table,
        ulong index,
        int slot,
        Func<TKey, ulong> hashOf,
        uint[] passedBy,
        VersionWord[] filters,
        List<string> violations)
    {
        Group* group = GroupAt(table, index);
        TKey key = *KeyAt(group, slot);
        ulong hash = hashOf(key);
        if (ControlWord.ControlByte(group->Control, slot) != (byte)HashBits.Tag(hash))
        {
            violations.Add($"group {index} slot {slot}: the tag does not agree with the hash {hash:X16} (invariant 4)");
            return;
        }

        for (ProbeSequence probe = new(table, hash, Stride); probe.Index != index; probe.Advance())
        {
            passedBy[probe.Index]++;
            filters[probe.Index] = filters[probe.Index].PassedBy(hash);
        }

        // A search must find the key in this slot first.
        if (!new VersionWord(group->Version).IsMoved)
        {
            byte* buffer = stackalloc byte[RecordKey.BufferBytes];
            if (!TryFind(table, hash, RecordKeys.PresentStored(key, buffer), out SlotRef found))
            {
                violations.Add(
                    $"group {index} slot {slot}: not reachable from its home {table.Home(hash)} (invariant 2)");
            }
            else if (found.Group != group || found.Slot != slot)
            {
                violations.Add($"group {index} slot {slot}: its key occurs twice (invariant 3)");
            }
        }
    }

    private static void CheckFilter(Group* group, ulong index, VersionWord needed, List<string> violations)
    {
        VersionWord version = new(group->Version);
        if (version.IsLocked)
        {
            return; // reported already
        }

        if (!version.HasFilterOf(needed))
        {
            violations.Add($"group {index}: its overflow filter lacks an entry that passed it (invariant 2)");
        }
        else if (version.HasFilter && !ControlWord.HasOverflow(group->Control))
        {
            violations.Add($"group {index}: it has an overflow filter, and no entry passed it (invariant 2)");
        }
    }

    private static void CheckOverflowCount(Group* group, ulong index, uint passedBy, List<string> violations)
    {
        byte count = ControlWord.OverflowCount(group->Control);
        if (count == ControlWord.SaturatedOverflow)
        {
            return;
        }

        // The count of a moved group is frozen: entries that passed it may have been removed since.
        bool moved = new VersionWord(group->Version).IsMoved;
        if (moved ? count < passedBy : count != passedBy)
        {
            violations.Add($"group {index}: overflow count {count}, but {passedBy} entries passed it (invariant 1)");
        }
    }
}

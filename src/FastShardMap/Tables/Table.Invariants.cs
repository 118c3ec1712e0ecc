using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    private const int MaxViolations = 20;

    /// <summary>Checks the invariants that stand at the top of Table.cs, and what follows from them.</summary>
    /// <param name="table">A table that nobody changes meanwhile; it may be one that a migration is emptying.</param>
    /// <param name="hashOf">The hash of a key.</param>
    /// <param name="liveEntries">Receives the number of entries, those of moved groups left out.</param>
    /// <returns>What is wrong, at most <see cref="MaxViolations"/> findings; empty if all is well.</returns>
    /// <remarks>Time proportional to slots and walks; allocates a number a group. For tests and tools.</remarks>
    public static IReadOnlyList<string> FindViolations(TableRef table, Func<TKey, ulong> hashOf, out long liveEntries)
    {
        ArgumentNullException.ThrowIfNull(hashOf);
        List<string> violations = [];
        liveEntries = 0;

        // Entries of moved groups count too: their tags are frozen, and nothing lowers the counts they have raised.
        uint[] passedBy = new uint[table.Groups];
        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = GroupAt(table, index);
            ulong control = group->Control;
            bool moved = new VersionWord(group->Version).IsMoved;
            if (new VersionWord(group->Version).IsWritten)
            {
                violations.Add($"group {index}: its version says {new VersionWord(group->Version)}, and nobody is writing");
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
                CheckEntry(table, index, slot, hashOf, passedBy, violations);
            }

            if (violations.Count >= MaxViolations)
            {
                return violations;
            }
        }

        for (ulong index = 0; index < table.Groups && violations.Count < MaxViolations; index++)
        {
            CheckOverflowCount(GroupAt(table, index), index, passedBy[index], violations);
        }

        return violations;
    }

    private static void CheckEntry(
        TableRef table, ulong index, int slot, Func<TKey, ulong> hashOf, uint[] passedBy, List<string> violations)
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
        }

        // The first slot that a walk finds the key in must be this one.
        if (!new VersionWord(group->Version).IsMoved)
        {
            if (!TryFind(table, hash, key, out SlotRef found))
            {
                violations.Add($"group {index} slot {slot}: not reachable from its home {table.Home(hash)} (invariant 2)");
            }
            else if (found.Group != group || found.Slot != slot)
            {
                violations.Add($"group {index} slot {slot}: its key occurs twice (invariant 3)");
            }
        }
    }

    private static void CheckOverflowCount(Group* group, ulong index, uint passedBy, List<string> violations)
    {
        byte count = ControlWord.OverflowCount(group->Control);
        if (count == ControlWord.SaturatedOverflow)
        {
            return;
        }

        // A moved group's count is frozen: entries that passed it may have been removed since.
        bool moved = new VersionWord(group->Version).IsMoved;
        if (moved ? count < passedBy : count != passedBy)
        {
            violations.Add($"group {index}: overflow count {count}, but {passedBy} entries passed it (invariant 1)");
        }
    }
}

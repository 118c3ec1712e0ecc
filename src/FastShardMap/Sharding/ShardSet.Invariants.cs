using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Checks the tables of every shard, and that views and write sides agree with them; shard by shard, each
    /// under its lock.</summary>
    /// <returns>What is wrong; empty if all is well.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public readonly IReadOnlyList<string> FindViolations()
    {
        List<string> violations = [];
        HashSeed seed = _seed;
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            int index = shard;
            nuint offset = (nuint)(uint)shard * ReadView.Bytes;
            nuint mask = _viewMask;
            ThreadState thread = EnterThread();
            ShardLock.Enter(_writeSides + shard, thread);
            thread.EnterCallback(_arena);
            try
            {
                ThrowIfDisposed();
                foreach (string violation in FindShardViolations(_views + shard, _writeSides + shard, HashOf))
                {
                    violations.Add($"shard {shard}: {violation}");
                }
            }
            finally
            {
                thread.LeaveCallback();
                ShardLock.Exit(_writeSides + shard);
            }

            ulong HashOf(TKey key)
            {
                ulong hash = default(THasher).Hash(key, seed);
                if (HashBits.ViewOffset(hash, mask) != offset)
                {
                    violations.Add($"shard {index}: holds a key of another shard, with hash {hash:X16}");
                }

                return hash;
            }
        }

        return violations;
    }

    private readonly List<string> FindShardViolations(ReadView* view, WriteSide* side, Func<TKey, ulong> hashOf)
    {
        List<string> violations = [];
        TableRef current = view->Current;
        TableRef previous = view->Previous;
        void Expect(bool holds, string violation)
        {
            if (!holds)
            {
                violations.Add(violation);
            }
        }

        Expect((view->Generation & ViewGeneration.Busy) == 0, "the generation is odd");
        Expect(view->Generation >= ViewGeneration.Initial, "the generation is not valid");
        Expect((view->Generation & ViewGeneration.Migrating) != 0 == !previous.IsNone, "the generation's migrating bit is wrong");
        if (IsSentinel(current))
        {
            Expect(side->MaxEntries == 0 && side->Count == 0 && previous.IsNone, "the sentinel table has entries");
            Expect(_header->Sentinel->Control == 0 && _header->Sentinel->Version == 0, "the sentinel group was written");
            return violations;
        }

        violations.AddRange(Table<TKey, TValue>.FindViolations(current, hashOf, out long entries));
        Expect(side->MaxEntries == TableSize.MaxEntries(current.Groups, Slots), "the capacity is not that of the table");
        Expect(CountGroups(current, GroupVersion.Moved) == 0, "groups of the current table are marked as moved");
        TableRef counted = !previous.IsNone && IsUntouched(side) ? previous : current;
        Expect(CountSaturated(counted) == side->SaturatedGroups, "the number of saturated groups is wrong");
        if (!previous.IsNone)
        {
            Expect(!IsUntouched(side) || (entries == 0 && CountGroups(previous, GroupVersion.Moved) == 0), "the cursor is at 0, and entries have moved");
            violations.AddRange(Table<TKey, TValue>.FindViolations(previous, hashOf, out long entriesLeft));
            Expect(side->MigrationCursor < previous.Groups, "the migration is over, and the previous table still there");
            Expect(FirstUnmoved(previous) >= side->MigrationCursor, "the cursor has passed groups that are not moved");
            Expect(CountInBoth(previous, current, hashOf) == 0, "a key is in both tables");
            entries += entriesLeft;
        }

        Expect(side->Count == entries, $"the count is {side->Count}, the tables have {entries} entries");
        Expect(side->Count <= side->MaxEntries, "the shard is over full");
        return violations;
    }

    private static long CountGroups(TableRef table, ulong versionBit)
    {
        long count = 0;
        for (ulong index = 0; index < table.Groups; index++)
        {
            count += (Table<TKey, TValue>.GroupAt(table, index)->Version & versionBit) != 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>A write to a frozen table moves its group ahead of the cursor, so later groups may be moved as well.</summary>
    private static ulong FirstUnmoved(TableRef table)
    {
        ulong index = 0;
        while (index < table.Groups && (Table<TKey, TValue>.GroupAt(table, index)->Version & GroupVersion.Moved) != 0)
        {
            index++;
        }

        return index;
    }

    private static long CountSaturated(TableRef table)
    {
        long count = 0;
        for (ulong index = 0; index < table.Groups; index++)
        {
            count += ControlWord.OverflowCount(Table<TKey, TValue>.GroupAt(table, index)->Control) == ControlWord.SaturatedOverflow ? 1 : 0;
        }

        return count;
    }

    private static long CountInBoth(TableRef previous, TableRef current, Func<TKey, ulong> hashOf)
    {
        long count = 0;
        for (ulong index = 0; index < previous.Groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(previous, index);
            for (int slot = 0; slot < Slots && (group->Version & GroupVersion.Moved) == 0; slot++)
            {
                if (ControlWord.ControlByte(group->Control, slot) != 0)
                {
                    TKey key = *Table<TKey, TValue>.KeyAt(group, slot);
                    count += Table<TKey, TValue>.TryFind(current, hashOf(key), key, out _) ? 1 : 0;
                }
            }
        }

        return count;
    }
}

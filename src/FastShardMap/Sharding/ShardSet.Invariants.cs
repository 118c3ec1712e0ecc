using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Checks the tables of every shard, and whether views and write sides agree with them. Each shard is
    /// checked under its lock.</summary>
    /// <returns>A description of each violation; empty if there is none.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public readonly IReadOnlyList<string> FindViolations()
    {
        List<string> violations = [];
        HashSeed seed = _seed;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            int index = shard;
            nuint offset = (nuint)(uint)shard * ReadView.Bytes;
            nuint mask = _viewMask;
            using LockedShard<TKey, TValue, THasher> locked = ShardAt(shard).Enter(EnterThread(), guarded: true);
            ThrowIfDisposed();
            foreach (string violation in FindShardViolations(locked, HashOf))
            {
                violations.Add($"shard {shard}: {violation}");
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

    private readonly List<string> FindShardViolations(
        LockedShard<TKey, TValue, THasher> locked,
        Func<TKey, ulong> hashOf)
    {
        ReadView* view = locked.View;
        WriteSide* side = locked.Side;
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

        GenerationWord generation = new(view->Generation);
        Expect(!generation.IsBusy, "the generation is odd");
        Expect(generation.IsValid, "the generation is not valid");
        Expect(generation.IsMigrating == !previous.IsNone, "the generation's migrating bit is wrong");
        Expect(
            view->Settled.Equals(previous.IsNone ? current : TableRef.Unsettled),
            "the settled table is neither the only table nor the mark of a shard with two");
        if (IsSentinel(current))
        {
            Expect(side->MaxEntries == 0 && side->Count == 0 && previous.IsNone, "the sentinel table has entries");
            Expect(
                _header->Sentinel->Control == 0 && _header->Sentinel->Version == 0,
                "the sentinel group was written");
            return violations;
        }

        violations.AddRange(Table<TKey, TValue>.FindViolations(current, hashOf, out long entries));
        Expect(
            side->MaxEntries == TableSize.MaxEntries(current.Groups, Slots),
            "the capacity is not that of the table");
        Expect(CountMoved(current) == 0, "groups of the current table are marked as moved");
        TableRef counted = !previous.IsNone && locked.IsUntouched ? previous : current;
        Expect(CountSaturated(counted) == side->SaturatedGroups, "the number of saturated groups is wrong");
        if (!previous.IsNone)
        {
            Expect(
                !locked.IsUntouched || (entries == 0 && CountMoved(previous) == 0),
                "the cursor is at 0, and entries have moved");
            violations.AddRange(Table<TKey, TValue>.FindViolations(previous, hashOf, out long entriesLeft));
            Expect(
                side->MigrationCursor < previous.Groups,
                "the migration is over, and the previous table still there");
            Expect(FirstUnmoved(previous) >= side->MigrationCursor, "the cursor has passed groups that are not moved");
            Expect(CountInBoth(previous, current, hashOf) == 0, "a key is in both tables");
            entries += entriesLeft;
        }

        violations.AddRange(FindRecordViolations(view, side));
        Expect(side->Count == entries, $"the count is {side->Count}, the tables have {entries} entries");
        Expect(side->Count <= side->MaxEntries, "the shard is over full");
        return violations;
    }

    /// <summary>Checks the record memory of a shard, whose lock the thread owns.</summary>
    public readonly IReadOnlyList<string> FindRecordViolations(ReadView* view, WriteSide* side)
    {
        if (!KeyStore<TKey>.HasRecords)
        {
            return [];
        }

        RecordInvariants records = new((nint)Shard<TKey, TValue, THasher>.HeapOf(side), _seed);
        AddStored(view->Current, records);
        AddStored(view->Previous, records);
        return records.Find();
    }

    private static void AddStored(TableRef table, RecordInvariants records)
    {
        ulong groups = table.IsNone ? 0 : table.Groups;
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            if (!new VersionWord(group->Version).IsMoved)
            {
                foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
                {
                    RecordKey key = Unsafe.BitCast<TKey, RecordKey>(*Table<TKey, TValue>.KeyAt(group, slot));
                    if (BlobStore<TKey, TValue>.HasBlobs)
                    {
                        records.AddStored(
                            key, BlobStore<TKey, TValue>.BlobOf(*Table<TKey, TValue>.ValueAt(group, slot)));
                        continue;
                    }

                    records.AddStored(key);
                }
            }
        }
    }

    private static long CountMoved(TableRef table)
    {
        long count = 0;
        for (ulong index = 0; index < table.Groups; index++)
        {
            count += new VersionWord(Table<TKey, TValue>.GroupAt(table, index)->Version).IsMoved ? 1 : 0;
        }

        return count;
    }

    /// <summary>Returns the index of the first group that is not moved. A write to a frozen table moves its group ahead
    /// of the cursor, so later groups may be moved as well.</summary>
    private static ulong FirstUnmoved(TableRef table)
    {
        ulong index = 0;
        while (index < table.Groups && new VersionWord(Table<TKey, TValue>.GroupAt(table, index)->Version).IsMoved)
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
            count += ControlWord.IsSaturated(Table<TKey, TValue>.GroupAt(table, index)->Control) ? 1 : 0;
        }

        return count;
    }

    private static long CountInBoth(TableRef previous, TableRef current, Func<TKey, ulong> hashOf)
    {
        long count = 0;
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        for (ulong index = 0; index < previous.Groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(previous, index);
            if (new VersionWord(group->Version).IsMoved)
            {
                continue;
            }

            foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
            {
                TKey key = *Table<TKey, TValue>.KeyAt(group, slot);
                TKey sought = RecordKeys.PresentStored(key, buffer);
                count += Table<TKey, TValue>.TryFind(current, hashOf(key), sought, out _) ? 1 : 0;
            }
        }

        return count;
    }
}

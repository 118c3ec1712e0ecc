using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Returns sums over all shards, read without a lock.</summary>
    public readonly ShardMapStatistics GetStatistics()
    {
        long groups = 0;
        long groupsToMove = 0;
        long groupsMoved = 0;
        int migrating = 0;
        ShardMapStatistics sum = default;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            // Each value is a single word, so it is never torn; but the values do not belong to one instant.
            WriteSide* side = _writeSides + shard;
            TableRef current = TableRef.FromWord(Volatile.Read(ref *(ulong*)&_views[shard].Current));
            TableRef previous = TableRef.FromWord(Volatile.Read(ref *(ulong*)&_views[shard].Previous));
            long count = Volatile.Read(ref side->Count);
            groups += IsSentinel(current) ? 0 : (long)current.Groups;
            if (!previous.IsNone)
            {
                migrating++;
                groupsToMove += (long)previous.Groups;
                groupsMoved += (long)Math.Min(Volatile.Read(ref side->MigrationCursor), previous.Groups);
            }

            sum = sum with
            {
                Count = sum.Count + count,
                LargestShardCount = Math.Max(sum.LargestShardCount, count),
                Capacity = sum.Capacity + Volatile.Read(ref side->MaxEntries),
                SaturatedGroups = sum.SaturatedGroups + Volatile.Read(ref side->SaturatedGroups),
                MigrationsStarted = sum.MigrationsStarted + Volatile.Read(ref side->MigrationsStarted),
                MigrationsFinished = sum.MigrationsFinished + Volatile.Read(ref side->MigrationsFinished),
                GroupsMoved = sum.GroupsMoved + Volatile.Read(ref side->GroupsMoved),
                LockWaits = sum.LockWaits + Volatile.Read(ref side->LockWaits),
                Parks = sum.Parks + Volatile.Read(ref side->Parks),
                LockWaitTime = sum.LockWaitTime + TimeSpan.FromTicks(
                    Volatile.Read(ref side->LockWaitNanoseconds) / TimeSpan.NanosecondsPerTick),
                ReadFallbacks = sum.ReadFallbacks + Volatile.Read(ref side->ReadFallbacks),
            };
            if (KeyStore<TKey>.HasRecords)
            {
                AddRecords(ref sum, Shard<TKey, TValue, THasher>.HeapOf(side));
            }
        }

        return sum with
        {
            ShardCount = ShardCount,
            Groups = groups,
            SlotsPerGroup = Slots,
            BytesAllocated = _arena.LiveBytes,
            AddressSpaceBytes = _arena.MappedBytes,
            MigrationsActive = migrating,
            MigrationProgress = groupsToMove == 0 ? 1 : (double)groupsMoved / groupsToMove,
        };
    }

    /// <summary>Counts how many entries are at each distance from their home group. Each shard is counted under its
    /// lock.</summary>
    public readonly long[] GetProbeLengths(int maxLength)
    {
        long[] lengths = new long[maxLength + 1];
        for (int shard = 0; shard < ShardCount; shard++)
        {
            using LockedShard<TKey, TValue, THasher> locked = ShardAt(shard).Enter(EnterThread(), guarded: true);
            ThrowIfDisposed();
            CountProbeLengths(_views[shard].Previous, lengths);
            CountProbeLengths(_views[shard].Current, lengths);
        }

        return lengths;
    }

    /// <summary>Returns the average distance of an entry from its home group, in groups, estimated from a sample of
    /// groups: the overflow count of a group counts the entries that passed it. Takes no lock, because it reads only
    /// control words.</summary>
    public readonly double SampleProbeLength(int groupsPerShard)
    {
        long passed = 0;
        long entries = 0;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            TableRef table = TableRef.FromWord(Volatile.Read(ref *(ulong*)&_views[shard].Current));
            ulong stride = Math.Max(1, table.Groups / (uint)groupsPerShard);
            for (ulong index = 0; index < table.Groups; index += stride)
            {
                ulong control = GroupVersion.ReadControl(Table<TKey, TValue>.GroupAt(table, index));
                passed += ControlWord.OverflowCount(control);
                entries += ControlWord.CountOccupied(control, Slots);
            }
        }

        return entries == 0 ? 0 : (double)passed / entries;
    }

    /// <summary>Returns some entries, read without any lock and group by group, for a debugger that has stopped all
    /// threads.</summary>
    public readonly KeyValuePair<TKey, TValue>[] PeekEntries(int limit)
    {
        List<KeyValuePair<TKey, TValue>> entries = [];
        for (int shard = 0; shard < ShardCount && !IsDisposed; shard++)
        {
            GenerationWord generation = ViewGeneration.BeginRead(_views + shard);
            PeekTable(shard, generation, _views[shard].Previous, limit, entries);
            PeekTable(shard, generation, _views[shard].Current, limit, entries);
        }

        return [.. entries];
    }

    private static void AddRecords(ref ShardMapStatistics sum, RecordHeap* heap)
    {
        long large = Volatile.Read(ref heap->LargeBytes);
        long inEpochs = Volatile.Read(ref heap->EpochSegmentBytes);
        sum = sum with
        {
            RecordBytesLive = sum.RecordBytesLive + large + Volatile.Read(ref heap->LiveBytes),
            RecordBytesHeld = sum.RecordBytesHeld + large + inEpochs
                + Volatile.Read(ref heap->SegmentBytes) + Volatile.Read(ref heap->OldSegmentBytes),
            RecordBytesFree = sum.RecordBytesFree + Volatile.Read(ref heap->FreeBytes),
            RecordBytesInLimbo = sum.RecordBytesInLimbo + inEpochs
                + Volatile.Read(ref heap->LimboBytes) + Volatile.Read(ref heap->LostBytes),
            RecordSegments = sum.RecordSegments + Volatile.Read(ref heap->SegmentCount),
        };
    }

    private readonly void PeekTable(
        int shard, GenerationWord generation, TableRef table, int limit, List<KeyValuePair<TKey, TValue>> entries)
    {
        ulong groups = table.IsNone || IsSentinel(table) ? 0 : table.Groups;
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            VersionWord version = GroupVersion.BeginRead(group);
            ulong control = GroupVersion.ReadControl(group);
            if (!version.IsStable)
            {
                continue;
            }

            foreach (int slot in Table<TKey, TValue>.Occupied(control))
            {
                if (entries.Count == limit)
                {
                    return;
                }

                KeyValuePair<TKey, TValue> copy =
                    new(*Table<TKey, TValue>.KeyAt(group, slot), *Table<TKey, TValue>.ValueAt(group, slot));
                if (GroupVersion.Validate(group, version)
                    && ViewGeneration.ValidateAfterVersion(_views + shard, generation))
                {
                    entries.Add(copy);
                }
            }
        }
    }

    private readonly void CountProbeLengths(TableRef table, long[] lengths)
    {
        ulong groups = table.IsNone || IsSentinel(table) ? 0 : table.Groups;
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            if (new VersionWord(group->Version).IsMoved)
            {
                continue;
            }

            foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
            {
                ulong home = table.Home(Hash(*Table<TKey, TValue>.KeyAt(group, slot)));
                ulong length = index >= home ? index - home : index + groups - home;
                lengths[(int)Math.Min(length, (ulong)lengths.Length - 1)]++;
            }
        }
    }
}

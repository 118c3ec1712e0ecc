using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// LOOKUPS OF KEYS OF ANY LENGTH. To compare a long key, a reader has to follow an address that it has copied from a
// slot. That may happen only after version and generation have confirmed the copy: at one moment between the two loads
// of the version, the table was then the shard's, and the slot was that of an entry. So the address and the length were
// stored by one writer, and named a record that existed in full. Later the record may be released, and its block given
// back, but the address range stays mapped as long as the arena. So the reader finds the record, other bytes, or zeros.
// It then checks both words again: if they are the same, the entry was there throughout, and so was its record ([E16]).
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Starts loading the record of the first entry in the home group that has the tag of a hash. A stale
    /// group or entry is harmless: its bits become at most an address that is not loaded from.</summary>
    public void PrefetchRecord(ulong hash)
    {
        TableRef table = ViewGeneration.ReadSettled(View);
        Group* group;
        if (!table.IsFractional)
        {
            group = (Group*)table.PowerOfTwoHomeGroup(hash, Stride);
        }
        else if (!table.IsUnsettled)
        {
            group = (Group*)table.FractionalHomeGroup(hash, Stride);
        }
        else
        {
            return;
        }

        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (match != 0)
        {
            KeyStore<TKey>.Prefetch(*(TKey*)SlotAt(group, match));
        }
    }

    /// <summary>Hands over segments that the shard no longer uses. They return to the arena once the lock is released
    /// (<see cref="ShardSet{TKey, TValue, THasher}.RetireSegments"/>). The caller owns the lock.</summary>
    public static void RetireRecords(RecordHeap* heap, RecordSegment* segments)
    {
        if (segments is null)
        {
            return;
        }

        RecordSegment* last = segments;
        while (last->Next is not null)
        {
            last = last->Next;
        }

        // Another thread may take the list at the same time, but only the owner of the lock adds to it.
        ulong head;
        do
        {
            head = Volatile.Read(ref *(ulong*)&heap->RetiredSegments);
            last->Next = (RecordSegment*)head;
        }
        while (Interlocked.CompareExchange(ref *(ulong*)&heap->RetiredSegments, (ulong)segments, head) != head);
    }

    /// <summary>Searches one table for a key that may be long, without a lock.</summary>
    private ProbeResult ProbeRecords(
        GenerationWord generation, TableRef table, ulong hash, TKey key, out TValue value)
    {
        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            ProbeResult result = ProbeRecordGroup(generation, probe.Group, hash, key, out value);
            if (result != ProbeResult.Passed)
            {
                return result;
            }
        }

        value = default;
        return ProbeResult.Miss;
    }

    /// <summary>Searches one group for a key that may be long, without a lock.</summary>
    // Safety: the group lies in a block that stays mapped while the map lives, whatever has become of its table.
    private ProbeResult ProbeRecordGroup(
        GenerationWord generation, Group* group, ulong hash, TKey key, out TValue value)
    {
        VersionWord version = GroupVersion.BeginRead(group);
        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (!version.IsStable)
        {
            if (version.IsWritten)
            {
                value = default;
                return ProbeResult.Conflict;
            }

            match = 0;
        }

        for (; match != 0; match = ControlGroups.ClearLowest(match))
        {
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            SchedulePoint.BeforeRead(slot + GroupShape<TKey, TValue>.ValueOffset, sizeof(TValue), "reader: value");
            TValue copy = *(TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
            if (!GroupVersion.Validate(group, version) || !MayFollow(View, generation, candidate))
            {
                value = default;
                return ProbeResult.Conflict;
            }

            bool isEqual = key.Equals(candidate);
            if (!GroupVersion.ValidateRecord(group, version)
                || !ViewGeneration.ValidateAfterVersion(View, generation))
            {
                value = default;
                return ProbeResult.Conflict;
            }

            if (isEqual)
            {
                value = copy;
                return ProbeResult.Hit;
            }
        }

        // A miss needs no validation: see ProbeGroup.
        value = default;
        return version.MayBePassedBy(hash) ? ProbeResult.Passed : ProbeResult.Miss;
    }

    /// <summary>Returns whether a slot has the key, for a thread that is about to lock the group at this version. The
    /// lock confirms what the record has shown.</summary>
    private bool EqualsRecordKey(
        GenerationWord generation, Group* group, VersionWord version, byte* slot, TKey key)
    {
        TKey candidate = *(TKey*)slot;
        return GroupVersion.Validate(group, version)
            && MayFollow(View, generation, candidate)
            && key.Equals(candidate);
    }

    /// <summary>Returns whether the copy of a slot, whose version was confirmed, is that of an entry, so that its
    /// address may be followed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool MayFollow(ReadView* view, GenerationWord generation, TKey candidate)
    {
        bool isEntry = ViewGeneration.ValidateAfterVersion(view, generation);
        BeforeRecord(candidate);
        return isEntry;
    }

    [Conditional("FASTSHARDMAP_SCHEDULED")]
    private static void BeforeRecord(TKey candidate)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(candidate);
        if (key.IsLong)
        {
            SchedulePoint.BeforeRead(key.Address, key.LongLength, "reader: record");
        }
    }
}

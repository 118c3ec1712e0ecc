using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap;

// The second part of a lookup, after TryReadHome: without a lock, and without another attempt.
public unsafe partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Searches all groups on the path of a key once. A full cache has about one entry in seven outside of its
    /// home group, so this is not rare. The time is that of the clock of the process.</summary>
    /// <returns>Whether the lookup is answered.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // into two methods that are not inlined themselves
    private bool TryReadPath(TKey key, bool marks, out TValue value, out bool found)
    {
        // NeedsNoKeepAlive: every caller does it.
        Shard<TKey, CacheEntry<TValue>, THasher> shard = _shards.ShardFor(key, out ulong hash);
        ReadView* view = shard.View;
        GenerationWord generation = ViewGeneration.BeginRead(view);
        TableRef table = ViewGeneration.ReadSettled(view);
        if (table.IsUnsettled)
        {
            goto Unanswered;
        }

        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            Group* group = probe.Group;
            VersionWord version = GroupVersion.BeginRead(group);
            if (!version.IsStable)
            {
                break;
            }

            for (ulong match = Table<TKey, CacheEntry<TValue>>.MatchUnlocked(
                    GroupVersion.ReadControl(group), HashBits.Tag(hash));
                match != 0;
                match = ControlGroups.ClearLowest(match))
            {
                TKey candidate =
                    ReadSlot(group, match, out CacheEntry<TValue>* entry, out uint expiry, out TValue copy);
                if (!GroupVersion.Validate(group, version))
                {
                    goto Unanswered;
                }

                if (key.Equals(candidate))
                {
                    if (!ViewGeneration.ValidateAfterVersion(view, generation))
                    {
                        goto Unanswered;
                    }

                    found = !ExpiryTick.HasPassed(expiry, CoarseTick.Now);
                    if (found && marks)
                    {
                        Mark(entry);
                    }

                    value = found ? copy : default;
                    return true;
                }
            }

            if (!version.MayBePassedBy(hash))
            {
                // The table of a disposed cache is the sentinel with a full filter, at which no search ends.
                value = default;
                found = false;
                return ViewGeneration.Validate(view, generation);
            }
        }

    Unanswered:
        Unsafe.SkipInit(out value);
        found = false;
        return false;
    }

    /// <summary>Copies the first slot of a match. The copy must be validated before it is looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // into TryReadPath alone
    private static TKey ReadSlot(
        Group* group, ulong match, out CacheEntry<TValue>* entry, out uint expiry, out TValue copy)
    {
        byte* slot = (byte*)group + GroupShape.HeaderBytes
            + ControlGroups.LowestSlotOffset(match, GroupShape<TKey, CacheEntry<TValue>>.SlotBytes);
        SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
        TKey candidate = *(TKey*)slot;
        entry = (CacheEntry<TValue>*)(slot + GroupShape<TKey, CacheEntry<TValue>>.ValueOffset);
        SchedulePoint.BeforeRead(entry, sizeof(CacheEntry<TValue>), "reader: value");
        expiry = entry->Expiry;
        copy = entry->Value;
        return candidate;
    }
}

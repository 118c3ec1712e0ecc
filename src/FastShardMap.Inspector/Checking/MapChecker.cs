using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Checking;

/// <summary>
/// Checks the native memory of a map against the invariants in Tables/Table.cs and native-layout-docs/: sizes, counts,
/// tags, overflow counts, probe paths, duplicates, migration state, records.
/// </summary>
internal static unsafe class MapChecker
{
    public static Findings Check(NativeMap map)
    {
        Findings findings = new();
        CheckShape(map, findings);
        if (map.KeyHash is null)
        {
            findings.Note(
                "hashes unknown",
                null,
                $"keys of {map.KeyType} are hashed by {map.HasherType}, which only the program itself can run: "
                + "tags, probe paths and exact overflow counts are not checked");
        }

        CheckSentinel(map, findings);
        for (int shard = 0; shard < map.ShardCount; shard++)
        {
            CheckShard(map, shard, findings);
        }

        return findings;
    }

    private static void CheckShape(NativeMap map, Findings findings)
    {
        int slots = GroupShape.SlotsOf((int)map.Header.SlotBytes);
        int stride = GroupShape.StrideOf((int)map.Header.SlotBytes);
        if (slots != map.SlotsPerGroup || stride != map.StrideBytes)
        {
            findings.Error(
                "shape",
                null,
                $"slots of {map.Header.SlotBytes} bytes belong in groups of {slots} slots and {stride} bytes; the "
                    + $"header says {map.SlotsPerGroup} slots and {map.StrideBytes} bytes");
        }

        if ((map.Header.Seed0 & map.Header.Seed1 & 1) == 0)
        {
            findings.Error("seed", null, "both words of a seed are odd; these are not");
        }

        if (map.Header.State > 1)
        {
            findings.Error("state", null, $"the map is in state {map.Header.State}; the valid states are 0 and 1");
        }
    }

    private static void CheckSentinel(NativeMap map, Findings findings)
    {
        if (!map.Memory.TryRead((ulong)map.Header.Sentinel, out Group sentinel))
        {
            findings.Error("unreadable", null, "the sentinel group cannot be read");
        }
        else if (!IsExpected(sentinel.Control, ControlWord.Empty, ControlWord.Disposed, map.IsDisposed)
            || !IsExpected(sentinel.Version, default(VersionWord).Word, VersionWord.Disposed.Word, map.IsDisposed))
        {
            findings.Error(
                "sentinel",
                null,
                $"the sentinel group is not empty: control 0x{sentinel.Control:x}, version 0x{sentinel.Version:x}");
        }
    }

    // Dispose of the map writes the two words of the sentinel one after the other.
    private static bool IsExpected(ulong word, ulong live, ulong disposed, bool isDisposed) =>
        word == live || (isDisposed && word == disposed);

    private static void CheckShard(NativeMap map, int shard, Findings findings)
    {
        if (!map.TryReadShard(shard, out ReadView view, out WriteSide side))
        {
            findings.Error("unreadable", shard, "the shard's view and write side cannot be read");
            return;
        }

        // While the lock is held, a write may be between two of its steps.
        bool isQuiet = side.Lock == 0;
        CheckWriteSide(map, shard, side, findings);
        CheckView(map, shard, view, side, isQuiet, findings);
        if (!IsPlausible(map, view.Current) || (!view.Previous.IsNone && !IsPlausible(map, view.Previous)))
        {
            findings.Error(
                "table",
                shard,
                $"a table word is invalid: current 0x{view.Current.Word:x}, previous 0x{view.Previous.Word:x}");
            return;
        }

        RecordChecker? records = map.HasRecords ? new RecordChecker(map, shard, isQuiet, findings) : null;
        TableChecker current = new(map, shard, view.Current, isQuiet, findings, cursor: null, records);
        current.Run();
        TableChecker previous = new(map, shard, view.Previous, isQuiet, findings, side.MigrationCursor, records);
        previous.Run();
        records?.Run(isComplete: current.Unreadable + previous.Unreadable == 0);
        current.CheckDuplicatesOf(previous);
        CheckCounts(map, shard, side, current, previous, isQuiet, findings);
    }

    private static void CheckWriteSide(NativeMap map, int shard, in WriteSide side, Findings findings)
    {
        if ((ulong)side.Map != map.Address || side.ShardIndex != shard)
        {
            findings.Error(
                "write side", shard, $"it claims to be shard {side.ShardIndex} of the map at 0x{(ulong)side.Map:x}");
        }

        if (side.Lock < 0 || side.Lock == 1)
        {
            findings.Error("lock", shard, $"the lock word is 0x{side.Lock:x}, which no thread writes");
        }
        else if (side.Lock != 0)
        {
            findings.Note(
                "lock held",
                shard,
                $"thread {new LockWord(side.Lock).OwnerId} holds the "
                    + $"lock{(side.IsExclusive != 0 ? " for an exclusive phase" : string.Empty)}"
                    + $"{(new LockWord(side.Lock).HasWaiters ? ", and others are parked" : string.Empty)}");
        }

        if (side.Count < 0 || side.MaxEntries < 0 || side.SaturatedGroups < 0
            || side.MigrationsFinished > side.MigrationsStarted)
        {
            findings.Error(
                "statistics",
                shard,
                $"count {side.Count}, maximum {side.MaxEntries}, saturated {side.SaturatedGroups}, migrations "
                    + $"{side.MigrationsFinished} of {side.MigrationsStarted}");
        }
    }

    private static void CheckView(
        NativeMap map, int shard, in ReadView view, in WriteSide side, bool isQuiet, Findings findings)
    {
        if (!new GenerationWord(view.Generation).IsValid)
        {
            findings.Error("generation", shard, $"generation {view.Generation} is below the first one");
        }

        if (new GenerationWord(view.Generation).IsBusy)
        {
            findings.Report(isQuiet, "generation", shard, "the view is being changed");
        }
        else if (new GenerationWord(view.Generation).IsMigrating == view.Previous.IsNone)
        {
            findings.Error(
                "generation",
                shard,
                $"it says {(view.Previous.IsNone ? "migrating" : "settled")}; the shard has "
                    + $"{(view.Previous.IsNone ? "no" : "a")} previous table");
        }

        TableRef settled = new GenerationWord(view.Generation).IsStable ? view.Current : TableRef.Unsettled;
        if (!view.Settled.Equals(settled))
        {
            findings.Report(
                isQuiet,
                "settled",
                shard,
                $"the settled table is 0x{view.Settled.Word:x}; it should be 0x{settled.Word:x}");
        }

        if (!view.Previous.IsNone && IsPlausible(map, view.Previous) && side.MigrationCursor > view.Previous.Groups)
        {
            findings.Error(
                "cursor",
                shard,
                $"the migration cursor {side.MigrationCursor} is past the {view.Previous.Groups} "
                    + "groups of the previous table");
        }
    }

    private static void CheckCounts(
        NativeMap map,
        int shard,
        in WriteSide side,
        TableChecker current,
        TableChecker previous,
        bool isQuiet,
        Findings findings)
    {
        long entries = current.Entries + previous.Entries;
        if (entries != side.Count && current.Unreadable + previous.Unreadable == 0)
        {
            findings.Report(
                isQuiet, "count", shard, $"the shard counts {side.Count} entries; its groups hold {entries}");
        }

        // A cache has its own limit instead, which may be any that the slots allow.
        long maximum = current.Groups == 0 ? 0 : TableSize.MaxEntries(current.Groups, map.SlotsPerGroup);
        bool isWrong = map.IsCache
            ? (UInt128)side.MaxEntries > (UInt128)current.Groups * (uint)map.SlotsPerGroup
            : side.MaxEntries != maximum;
        if (isWrong)
        {
            findings.Report(
                isQuiet,
                "maximum",
                shard,
                $"a table of {current.Groups} groups takes {maximum} entries; the shard says {side.MaxEntries}");
        }

        long saturated = previous.Groups != 0 && side.MigrationCursor == 0 ? previous.Saturated : current.Saturated;
        if (saturated != side.SaturatedGroups)
        {
            findings.Report(
                isQuiet,
                "saturated",
                shard,
                $"{saturated} groups are saturated; the shard says {side.SaturatedGroups}");
        }
    }

    private static bool IsPlausible(NativeMap map, TableRef table)
    {
        const ulong UserSpaceBits = 57;
        if (map.IsSentinel(table))
        {
            return true;
        }

        ulong start = (ulong)table.Base;
        return start != 0 && start >> (int)UserSpaceBits == 0 && table.Groups is > 0 and < 1UL << 48
            && (!table.IsFractional || table.Size.Sixteenths is >= 9 and <= 15)
            && (UInt128)table.Groups * (uint)map.StrideBytes < 1UL << 48;
    }
}

using FastShardMap.Layout;

namespace FastShardMap.Inspector.Maps;

/// <summary>What one shard has, counted from its groups, and what its write side claims.</summary>
internal sealed class ShardFigures
{
    private const int MaxProbeLength = 31;

    /// <summary>Cells per row of the heat map, which shows one shard.</summary>
    private const int HeatCells = 64;

    private ShardFigures(int shard, in ReadView view, in WriteSide side)
    {
        Shard = shard;
        View = view;
        Side = side;
    }

    public int Shard { get; }

    public ReadView View { get; }

    public WriteSide Side { get; }

    /// <summary>The managed id of the thread that holds the lock; 0 if the lock is free.</summary>
    public int LockOwner => new LockWord(Side.Lock).OwnerId;

    public bool HasParkedThreads => new LockWord(Side.Lock).HasWaiters;

    public bool IsMigrating => !View.Previous.IsNone;

    /// <summary>Groups of the current table; 0 before the first insert.</summary>
    public ulong CurrentGroups { get; private set; }

    public ulong PreviousGroups { get; private set; }

    /// <summary>Entries in the current table, and in the groups of the previous table that are not moved yet.</summary>
    public long Entries { get; private set; }

    public long EntriesInPrevious { get; private set; }

    public ulong MovedGroups { get; private set; }

    public ulong UnreadableGroups { get; private set; }

    /// <summary>Sum of the overflow counts of the current table.</summary>
    public long OverflowSum { get; private set; }

    /// <summary>Groups of the current table by their number of entries, from 0 to the slots of a group.</summary>
    public long[] GroupsByFill { get; } = new long[GroupShape.MaxSlots + 1];

    /// <summary>Groups by their overflow count: 0, 1, 2, 3, 4 to 7, 8 to 15, … 64 to 126, 127.</summary>
    public long[] GroupsByOverflow { get; } = new long[10];

    /// <summary>Entries of both tables by the distance from their home group; empty if the hash is unknown.</summary>
    public long[] EntriesByProbeLength { get; private set; } = [];

    /// <summary>The load of sections of the current table, from 0 to 1.</summary>
    public double[] Heat { get; private set; } = [];

    /// <summary>The record memory; all 0 if the keys have a fixed size.</summary>
    public RecordFigures Records { get; private set; }

    /// <summary>Entries by the length of their keys, in the classes of <see cref="RecordFigures.LengthLabels"/>; empty
    /// if the keys have a fixed size.</summary>
    public long[] KeyLengths { get; private set; } = [];

    public double Load(int slotsPerGroup) =>
        CurrentGroups == 0 ? 0 : (double)Entries / (CurrentGroups * (uint)slotsPerGroup);

    /// <summary>
    /// The mean number of groups between an entry and its home group. Every group that an entry has passed counts it.
    /// </summary>
    public double MeanProbeLength => Entries == 0 ? 0 : (double)OverflowSum / Entries;

    public double Progress => PreviousGroups == 0 ? 1 : (double)Side.MigrationCursor / PreviousGroups;

    /// <summary>Reads a shard. Null if its view or its write side cannot be read.</summary>
    public static ShardFigures? Read(NativeMap map, int shard)
    {
        if (!map.TryReadShard(shard, out ReadView view, out WriteSide side))
        {
            return null;
        }

        ShardFigures figures = new(shard, view, side);
        if (map.KeyHash is not null)
        {
            figures.EntriesByProbeLength = new long[MaxProbeLength + 1];
        }

        if (map.HasRecords)
        {
            figures.Records = RecordFigures.Read(map, shard);
            figures.KeyLengths = new long[RecordFigures.LengthLabels.Length];
        }

        figures.CountCurrent(map);
        figures.CountPrevious(map);
        return figures;
    }

    /// <summary>The index of an overflow count in <see cref="GroupsByOverflow"/>.</summary>
    public static int OverflowClass(byte count) => count switch
    {
        < 4 => count,
        ControlWord.SaturatedOverflow => 9,
        _ => Math.Min(8, System.Numerics.BitOperations.Log2(count) + 2),
    };

    private void CountCurrent(NativeMap map)
    {
        TableReader reader = new(map, View.Current);
        CurrentGroups = reader.Groups;
        int cells = (int)Math.Min(HeatCells, reader.Groups);
        long[] perCell = new long[cells];
        reader.Walk((index, group) =>
        {
            ulong control = TableReader.ControlOf(group);
            int entries = CountEntries(map, reader, index, group, control);
            Entries += entries;
            perCell[CellOf(index, reader.Groups, cells)] += entries;
            byte overflow = ControlWord.OverflowCount(control);
            OverflowSum += overflow;
            GroupsByFill[entries]++;
            GroupsByOverflow[OverflowClass(overflow)]++;
        });
        UnreadableGroups += reader.Unreadable;
        Heat = new double[cells];
        for (int cell = 0; cell < cells; cell++)
        {
            double groups = reader.Groups / (double)cells;
            Heat[cell] = Math.Min(1, perCell[cell] / (groups * map.SlotsPerGroup));
        }
    }

    private void CountPrevious(NativeMap map)
    {
        TableReader reader = new(map, View.Previous);
        PreviousGroups = reader.Groups;
        reader.Walk((index, group) =>
        {
            if (TableReader.VersionOf(group).IsMoved)
            {
                MovedGroups++;
                return;
            }

            EntriesInPrevious += CountEntries(map, reader, index, group, TableReader.ControlOf(group));
        });
        Entries += EntriesInPrevious;
        UnreadableGroups += reader.Unreadable;
    }

    private static int CellOf(ulong index, ulong groups, int cells) => (int)((UInt128)index * (uint)cells / groups);

    private int CountEntries(NativeMap map, TableReader reader, ulong index, ReadOnlySpan<byte> group, ulong control)
    {
        int entries = 0;
        for (int slot = 0; slot < map.SlotsPerGroup; slot++)
        {
            if (ControlWord.ControlByte(control, slot) == 0)
            {
                continue;
            }

            entries++;
            if (map.HasRecords)
            {
                RecordKey key = RecordReader.KeyOf(reader.KeyAt(group, slot));
                KeyLengths[RecordFigures.LengthClass(key.Length)]++;
            }

            if (map.KeyHash is { } hash)
            {
                ulong home = reader.Table.Home(hash.Hash(reader.KeyAt(group, slot), map.Seed));
                ulong length = index >= home ? index - home : index + reader.Groups - home;
                EntriesByProbeLength[(int)Math.Min(length, MaxProbeLength)]++;
            }
        }

        return entries;
    }
}

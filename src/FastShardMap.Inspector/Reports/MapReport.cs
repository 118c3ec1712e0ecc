using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Threads;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Reports;

/// <summary>All data of one map, for the terminal, for the page and for programs.</summary>
internal sealed class MapReport
{
    public static readonly string[] OverflowLabels =
    [
        "0", "1", "2", "3", "4–7", "8–15", "16–31", "32–63", "64–126", "127 stuck",
    ];

    private MapReport(
        NativeMap map, string targetName, Capture capture, List<ShardFigures> shards, List<LockHolder> holders)
    {
        Map = map;
        Capture = capture;
        TargetName = targetName;
        Shards = shards;
        Holders = holders;
    }

    public NativeMap Map { get; }

    public string TargetName { get; }

    /// <summary>The time at which the map was in this state.</summary>
    public Capture Capture { get; }

    /// <summary>The time at which the map was created, UTC.</summary>
    public DateTime Created => new(Math.Clamp(Map.Header.CreatedTicks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>What the user should look at first.</summary>
    public IReadOnlyList<string> Verdict => MapVerdict.Of(this);

    public IReadOnlyList<ShardFigures> Shards { get; }

    public IReadOnlyList<LockHolder> Holders { get; }

    public int UnreadableShards => Map.ShardCount - Shards.Count;

    /// <summary>The groups of the other shards that cannot be read. Damaged sizes may be huge.</summary>
    public long UnreadableGroups => (long)UInt128.Min(
        Shards.Aggregate(UInt128.Zero, static (sum, shard) => sum + shard.UnreadableGroups), long.MaxValue);

    public long Entries => Shards.Total(shard => shard.Entries);

    public long Capacity => Shards.Total(shard => shard.Side.MaxEntries);

    public int Migrating => Shards.Count(shard => shard.IsMigrating);

    public int LocksHeld => Shards.Count(shard => shard.LockOwner != 0);

    /// <summary>The entries of the fullest shard in multiples of the mean.</summary>
    public double LargestShare =>
        Entries == 0 ? 0 : Shards.Max(shard => shard.Entries) * (double)Shards.Count / Entries;

    public long[] GroupsByFill => Sum(shard => shard.GroupsByFill);

    public long[] GroupsByOverflow => Sum(shard => shard.GroupsByOverflow);

    public long[] EntriesByProbeLength => Sum(shard => shard.EntriesByProbeLength);

    /// <summary>The record memory of all shards; all 0 if the keys have a fixed size.</summary>
    public RecordFigures Records =>
        Shards.Aggregate(default(RecordFigures), static (sum, shard) => sum + shard.Records);

    /// <summary>Entries by the length of their keys; empty if the keys have a fixed size.</summary>
    public long[] KeyLengths => Sum(shard => shard.KeyLengths);

    /// <summary>The shards to look at first, in the order of their numbers: those with a lock held, then those that
    /// migrate, then the fullest.</summary>
    public IEnumerable<ShardFigures> MostConspicuous(int count) => Shards.Count <= count
        ? Shards
        : Shards
            .OrderByDescending(static shard => shard.LockOwner != 0)
            .ThenByDescending(static shard => shard.IsMigrating)
            .ThenByDescending(static shard => shard.Entries)
            .Take(count)
            .OrderBy(static shard => shard.Shard);

    public static MapReport Create(string targetName, Capture capture, NativeMap map, ClrRuntime? runtime)
    {
        List<ShardFigures> shards = [];
        List<LockHolder> holders = [];
        for (int shard = 0; shard < map.ShardCount; shard++)
        {
            if (ShardFigures.Read(map, shard) is not { } figures)
            {
                continue;
            }

            shards.Add(figures);
            if (figures.LockOwner != 0)
            {
                ClrThread? thread = ThreadStacks.Find(runtime, figures.LockOwner);
                holders.Add(new LockHolder(
                    shard, figures.LockOwner, thread?.OSThreadId ?? 0, thread is null
                        ? []
                        : ThreadStacks.FramesOf(thread)));
            }
        }

        return new MapReport(map, targetName, capture, shards, holders);
    }

    public object ToJson() => new
    {
        Address = HexAddress.Text(Map.Address),
        Name = Map.UserName,
        Type = Map.TypeText,
        KeyForm = Map.KeyFormText,
        Map.KeyType,
        Map.ValueType,
        Map.HasherType,
        Map.IsDisposed,
        Created,
        Captured = Capture.Time,
        CaptureText = Capture.Text,
        Verdict,
        Map.ShardCount,
        Map.SlotsPerGroup,
        Map.StrideBytes,
        Entries,
        Capacity,
        Migrating,
        LocksHeld,
        LargestShare,
        GroupsByFill,
        GroupsByOverflow,
        EntriesByProbeLength,
        EntriesByKeyLength = KeyLengths,
        RecordBytesLive = Records.LiveBytes,
        RecordBytesHeld = Records.HeldBytes,
        RecordBytesFree = Records.FreeBytes,
        RecordBytesInLimbo = Records.LimboBytes,
        RecordSegments = Records.Segments,
        Records.Fragmentation,
        Holders,
        Shards = Shards.Select(shard => new
        {
            shard.Shard,
            shard.Entries,
            shard.EntriesInPrevious,
            CountOfShard = shard.Side.Count,
            shard.CurrentGroups,
            shard.PreviousGroups,
            shard.MovedGroups,
            shard.UnreadableGroups,
            shard.Side.MigrationCursor,
            shard.Side.MaxEntries,
            shard.Side.SaturatedGroups,
            shard.Side.MigrationsStarted,
            shard.Side.MigrationsFinished,
            shard.Side.GroupsMoved,
            shard.Side.LockWaits,
            shard.Side.Parks,
            shard.Side.LockWaitNanoseconds,
            shard.Side.ReadFallbacks,
            shard.LockOwner,
            shard.HasParkedThreads,
            shard.MeanProbeLength,
            RecordBytesLive = shard.Records.LiveBytes,
            RecordBytesHeld = shard.Records.HeldBytes,
            RecordBytesFree = shard.Records.FreeBytes,
            RecordBytesInLimbo = shard.Records.LimboBytes,
            RecordSegments = shard.Records.Segments,
        }),
    };

    private long[] Sum(Func<ShardFigures, long[]> histogram)
    {
        long[] sums = [];
        foreach (ShardFigures shard in Shards)
        {
            long[] counts = histogram(shard);
            if (sums.Length < counts.Length)
            {
                Array.Resize(ref sums, counts.Length);
            }

            for (int i = 0; i < counts.Length; i++)
            {
                sums[i] += counts[i];
            }
        }

        return sums;
    }
}

using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Overwriting in maps of one size by one thread; at a million also by two that read as well.</summary>
internal sealed class UpdateGroup<TKey, TValue, TEntry>(
    CompareOptions options, CompareResults results, LookupSize size, EntryForm form) : CompareGroup(options, results)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    private const int Threads = 2;

    private readonly string _overwriteId = $"overwrite-{size.Name}{form.Suffix}";
    private readonly string _mixedId = $"mixed-{size.Name}-2t{form.Suffix}";
    private readonly string _mostlyReadId = $"mostly-read-{size.Name}-2t{form.Suffix}";

    public override string Label => $"overwriting{form.Words}, {size.Label}";

    public override IReadOnlyList<string> Rows =>
        HasThreads ? [_overwriteId, _mixedId, _mostlyReadId] : [_overwriteId];

    private bool HasThreads => size == LookupSize.Million;

    public override void Run()
    {
        LoopWarmUp.RunOnce<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>();
        LoopWarmUp.RunOnce<ConcurrentDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>();
        int operations = Options.Operations(2_000_000);
        ulong[] numbers = KeyStreams.Distinct(first: 0, Options.Scaled(size.Pairs));
        TKey[][] streams = new TKey[Threads][];
        for (int i = 0; i < Threads; i++)
        {
            ulong[] drawn = KeyStreams.Uniform(numbers, operations, seed: (ulong)i + 1);
            streams[i] = Array.ConvertAll(drawn, TEntry.KeyOf);
        }

        TKey[] keys = Array.ConvertAll(numbers, TEntry.KeyOf);
        using ShardMapAdapter<TKey, TValue> ours = ShardMapAdapter<TKey, TValue>.Create(default);
        using ConcurrentDictionaryMap<TKey, TValue> theirs = ConcurrentDictionaryMap<TKey, TValue>.Create(default);
        WriteLoops<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>.Fill(ours, keys);
        WriteLoops<ConcurrentDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>.Fill(theirs, keys);
        GcMeter.CollectAll();

        List<Series> plan = [Overwrite(ours, streams[0]), Overwrite(theirs, streams[0])];
        if (HasThreads)
        {
            plan.AddRange([Mixed(ours, streams), Mixed(theirs, streams)]);
            plan.AddRange([MostlyRead(ours, streams), MostlyRead(theirs, streams)]);
        }

        using FloorTable table = new(numbers.Length, huge: false);
        List<Series> floors = (object)streams is ulong[][] words ? FloorsOf(table, words) : [];
        Series.Interleave(Options.Repetitions, discarded: 1, [.. plan, .. floors]);
        if (floors.Count > 0)
        {
            Results.Notes.Add(
                $"Overwrites, {size.Label}: the floor with 100 more instructions per write takes "
                + $"{Units.Duration(floors[^1].Spread.Median)}. The setter of the map executes about 120.");
        }

        string[] works =
        [
            "overwrite existing", "50/50 read/overwrite, 2 threads", "95/5 read/overwrite, 2 threads",
        ];
        for (int i = 0; i < Rows.Count; i++)
        {
            Series? least = floors.Count == 0 ? null : floors[i];
            Report(Rows[i], $"{works[i]}{form.Words}, {size.Label}", plan[2 * i], plan[(2 * i) + 1], least);
        }
    }

    /// <summary>A floor for each row, and at last that of overwrites with more instructions.</summary>
    private List<Series> FloorsOf(FloorTable table, ulong[][] streams)
    {
        List<Series> floors = [Series.OneThread("floor", streams[0].Length, _ => table.Overwrite(streams[0]))];
        if (HasThreads)
        {
            floors.Add(Parallel("mixed floor", streams, stream => table.ReadThenOverwrite(stream)));
            floors.Add(Parallel("mostly read floor", streams, stream => table.MostlyRead(stream)));
        }

        floors.Add(Series.OneThread("floor", streams[0].Length, _ => table.OverwriteWithWork(streams[0])));
        return floors;
    }

    private static Series Overwrite<TMap>(TMap map, TKey[] stream)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue> => Series.OneThread(
            "overwrite", stream.Length, _ => WriteLoops<TMap, TKey, TValue, TEntry>.Overwrite(map, stream));

    private static Series Mixed<TMap>(TMap map, TKey[][] streams)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue> => Parallel(
            "mixed", streams, stream => WriteLoops<TMap, TKey, TValue, TEntry>.ReadThenOverwrite(map, stream));

    private static Series MostlyRead<TMap>(TMap map, TKey[][] streams)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue> => Parallel(
            "mostly read", streams, stream => WriteLoops<TMap, TKey, TValue, TEntry>.MostlyRead(map, stream));

    /// <summary>One call of the loop on each thread; all begin at once.</summary>
    private static Series Parallel<T>(string work, T[][] streams, Func<T[], ulong> loop) =>
        Series.SelfTimed(work, streams[0].Length, _ =>
        {
            ulong[] sums = new ulong[streams.Length];
            TimeSpan elapsed = ParallelRun.Run(streams.Length, thread => sums[thread] = loop(streams[thread]));
            return (elapsed, sums.Aggregate(0UL, (sum, one) => sum + one));
        });
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Texts;

/// <summary>Measures maps with text keys beside maps with strings as keys.</summary>
internal sealed class TextSession(TextOptions options, Action<string> announce)
{
    private const int MostProbes = 200_000;
    private const int PauseChunk = 50_000;
    private const int DriftRounds = 12;
    private const int DriftOperations = 1_000;

    private readonly List<FigureRow> _rows = [];

    public List<FigureRow> Run()
    {
        foreach ((string size, int entries) in options.Sizes)
        {
            foreach (TextLengths lengths in TextLengths.All)
            {
                MeasureLookups(size, entries, lengths, isPlain: true);
            }
        }

        (string name, int number) = options.Sizes[0];
        MeasureLookups(name, number, TextLengths.Long, isPlain: false);
        MeasureLookups(name, number, TextLengths.NonAscii, isPlain: false);
        foreach ((string size, int entries) in options.Sizes.Skip(1))
        {
            MeasureGrowth(size, entries);
        }

        MeasurePauses(options.Largest);
        MeasureMemory(options.Largest);
        MeasureDrift(options.Sizes[0].Entries);
        return _rows;
    }

    private static ulong Fill(TextShardMap<long> map, TextKeys keys)
    {
        ulong added = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            added += map.TryAdd(keys[i], i) ? 1UL : 0;
        }

        return added;
    }

    private void MeasureLookups(string size, int entries, TextLengths lengths, bool isPlain)
    {
        announce($"lookups, {Units.Count(entries)} keys of {lengths.Name} characters");
        GcMeter.CollectAll();
        TextKeys keys = TextKeys.Create(entries, lengths, seed: 1);
        int[] probes = TextLoops.Draw(Math.Min(MostProbes, entries), entries, seed: 2);
        using TextShardMap<long> ours = new();
        Fill(ours, keys);
        ConcurrentDictionary<string, long> theirs = new(StringComparer.Ordinal);
        NonBlocking.ConcurrentDictionary<string, long> lockFree = new(StringComparer.Ordinal);
        for (int i = 0; i < entries; i++)
        {
            string key = new(keys[i]);
            theirs.TryAdd(key, i);
            lockFree.TryAdd(key, i);
        }

        byte[][] all = keys.ToUtf8([.. Enumerable.Range(0, entries)]);
        using FasterTexts log = new(entries, all.Max(static key => key.Length));
        for (int i = 0; i < entries; i++)
        {
            log.Set(all[i], i);
        }

        using TextFloor floor = new(entries);
        for (int i = 0; i < entries; i++)
        {
            floor.Add(new string(keys[i]), i);
        }

        // New strings, as a service gets them: not the objects that the dictionaries hold.
        string[] present = keys.ToStrings(probes);
        byte[][] presentUtf8 = keys.ToUtf8(probes);
        string[] absent = TextKeys.Create(probes.Length, lengths, seed: 3)
            .ToStrings([.. Enumerable.Range(0, probes.Length)]);
        ConcurrentDictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> spans =
            theirs.GetAlternateLookup<ReadOnlySpan<char>>();

        Series hit = TextLoops.Lookups("hits", present, key => ours.TryGetValue(key, out long value) ? value : -1);
        Series hitTheirs = TextLoops.Lookups(
            "hits", present, key => theirs.TryGetValue(key, out long value) ? value : -1);
        Series hitSpans = TextLoops.Lookups(
            "hits", present, key => spans.TryGetValue(key.AsSpan(), out long value) ? value : -1);
        Series hitLockFree = TextLoops.Lookups(
            "hits", present, key => lockFree.TryGetValue(key, out long value) ? value : -1);
        Series miss = TextLoops.Lookups("misses", absent, key => ours.TryGetValue(key, out long value) ? value : -1);
        Series missTheirs = TextLoops.Lookups(
            "misses", absent, key => theirs.TryGetValue(key, out long value) ? value : -1);
        Series utf8 = TextLoops.Lookups(
            "hits", presentUtf8, key => ours.TryGetValue(key.AsSpan(), out long value) ? value : -1);
        Series utf8Theirs = TextLoops.Lookups(
            "hits",
            presentUtf8,
            key => theirs.TryGetValue(Encoding.UTF8.GetString(key), out long value) ? value : -1);
        Series utf8Log = TextLoops.Lookups(
            "hits", presentUtf8, key => log.TryGetValue(key, out long value) ? value : -1);
        Series batch = TextLoops.Batches("hits", present, ours);
        Series hitFloor = TextLoops.Lookups("hits", present, floor.Find);
        Series missFloor = TextLoops.Lookups("misses", absent, floor.Find);
        Series utf8Floor = TextLoops.Lookups("hits", presentUtf8, floor.Find);
        Series.Interleave(
            options.Repetitions,
            discarded: 3,
            [
                hit, hitTheirs, hitSpans, hitLockFree, miss, missTheirs, utf8, utf8Theirs, utf8Log, batch, hitFloor,
                missFloor, utf8Floor,
            ]);

        string what = $"{Units.Count(entries)} keys of {lengths.Name} characters";
        string id = $"{size}-{lengths.Name}";
        Add(
            $"text-floor-{id}",
            $"the least a lookup can do, {what}",
            $"hit {Time(hitFloor)}, {Times(hitTheirs, hitFloor)}; miss {Time(missFloor)}, "
                + $"{Times(missTheirs, missFloor)}; UTF-8 {Time(utf8Floor)}, {Times(utf8Theirs, utf8Floor)}");
        Add(
            $"text-hit-{id}",
            $"hit, {what}",
            $"{Time(hit)}; CD {Time(hitTheirs)}, with spans {Time(hitSpans)}; NonBlocking {Time(hitLockFree)}",
            new Measure(TargetUnit.TimesDictionary, hitTheirs.RatioTo(hit)),
            new Measure(TargetUnit.TimesSpans, hitSpans.RatioTo(hit)));
        Add(
            $"text-miss-{id}",
            $"miss, {what}",
            $"{Time(miss)}; CD {Time(missTheirs)}",
            new Measure(TargetUnit.TimesDictionary, missTheirs.RatioTo(miss)));
        if (isPlain)
        {
            Add(
                $"text-utf8-{id}",
                $"hit by UTF-8, {what}",
                $"{Time(utf8)}; CD {Time(utf8Theirs)}; FASTER {Time(utf8Log)}",
                new Measure(TargetUnit.TimesDictionary, utf8Theirs.RatioTo(utf8)));
            Add(
                $"text-batch-{id}",
                $"hit in batches of {TextLoops.Batch}, {what}",
                $"{Time(batch)}; CD {Time(hitTheirs)}",
                new Measure(TargetUnit.TimesDictionary, hitTheirs.RatioTo(batch)));
        }
    }

    private void MeasureGrowth(string size, int entries)
    {
        foreach (TextLengths lengths in TextLengths.All)
        {
            announce($"growth to {Units.Count(entries)} keys of {lengths.Name} characters");
            TextKeys keys = TextKeys.Create(entries, lengths, seed: 1);
            string[] strings = keys.ToStrings([.. Enumerable.Range(0, entries)]);
            Series ours = TextLoops.Growing(
                strings,
                static () => new TextShardMap<long>(),
                static (map, key, value) => map.TryAdd(key, value));
            Series theirs = TextLoops.Growing(
                strings,
                static () => new ConcurrentDictionary<string, long>(StringComparer.Ordinal),
                static (map, key, value) => map.TryAdd(key, value));
            Series floor = TextLoops.Growing(
                strings,
                static () => new TextFloor(),
                static (map, key, value) =>
                {
                    map.Add(key, value);
                    return true;
                });
            Series.Interleave(options.SlowRepetitions, discarded: 1, [ours, theirs, floor]);
            Add(
                $"text-floor-insert-{size}-{lengths.Name}",
                $"the least an insert can do, growing to {Units.Count(entries)}",
                $"{Time(floor)}, {Times(theirs, floor)}");
            Add(
                $"text-insert-{size}-{lengths.Name}",
                $"insert of strings that exist already, growing to {Units.Count(entries)}",
                $"{Time(ours)}; CD {Time(theirs)}",
                new Measure(TargetUnit.TimesDictionary, theirs.RatioTo(ours)));
        }
    }

    private void MeasurePauses((string Name, int Entries) size)
    {
        announce("longest insert");
        TextKeys keys = TextKeys.Create(size.Entries, TextLengths.TwentyFour, seed: 1);
        List<double> longest = [];
        List<double> excess = [];
        for (int repetition = 0; repetition < options.SlowRepetitions; repetition++)
        {
            GcMeter.CollectAll();
            using TextShardMap<long> map = new();
            LatencyHistogram inserts = new();
            LatencyHistogram empty = new();
            for (int first = 0; first < keys.Count; first += PauseChunk)
            {
                long start = Stopwatch.GetTimestamp();
                Sink.Consume(FillTimed(map, keys, first, Math.Min(PauseChunk, keys.Count - first), inserts));
                JitterMeter.Measure(Stopwatch.GetElapsedTime(start), empty);
            }

            longest.Add(LatencyHistogram.ToNanoseconds(inserts.MaxTicks));
            excess.Add(longest[^1] - LatencyHistogram.ToNanoseconds(empty.MaxTicks));
        }

        Add(
            $"text-longest-insert-{size.Name}",
            $"longest insert, growing to {Units.Count(size.Entries)}",
            Units.Duration(Spread.Of(longest).Median),
            new Measure(TargetUnit.BeyondGap, Spread.Of(excess)));
    }

    private static ulong FillTimed(
        TextShardMap<long> map, TextKeys keys, int first, int count, LatencyHistogram latencies)
    {
        ulong added = 0;
        long last = Stopwatch.GetTimestamp();
        for (int i = first; i < first + count; i++)
        {
            added += map.TryAdd(keys[i], i) ? 1UL : 0;
            long now = Stopwatch.GetTimestamp();
            latencies.Record(now - last);
            last = now;
        }

        return added;
    }

    private void MeasureMemory((string Name, int Entries) size)
    {
        announce("memory and full collections");
        TextKeys keys = TextKeys.Create(size.Entries, TextLengths.TwentyFour, seed: 1);
        List<double> without = TimeCollections();
        double ourBytes;
        List<double> with;
        using (TextShardMap<long> map = new())
        {
            Fill(map, keys);
            ourBytes = (double)map.BytesAllocated / size.Entries;
            with = TimeCollections();
        }

        (double theirBytes, List<double> theirs) = MeasureDictionary(keys);
        Add(
            $"text-bytes-{size.Name}",
            $"bytes per entry, {Units.Count(size.Entries)} keys of 24 characters",
            $"{Units.Digits(ourBytes)}; CD with its strings {Units.Digits(theirBytes)}",
            new Measure(TargetUnit.OfDictionary, Spread.Of([ourBytes / theirBytes])));
        Add(
            $"text-full-gc-{size.Name}",
            $"full collection with {Units.Count(size.Entries)} entries",
            $"with {Units.Duration(Spread.Of(with).Median)}, without {Units.Duration(Spread.Of(without).Median)}; "
                + $"CD {Units.Duration(Spread.Of(theirs).Median)}",
            new Measure(
                TargetUnit.BeyondCollection, Spread.Of([Spread.Of(with).Median - Spread.Of(without).Median])));
    }

    // A method of its own, so that nothing holds the dictionary when it has returned.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private (double Bytes, List<double> Collections) MeasureDictionary(TextKeys keys)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ConcurrentDictionary<string, long> map = new(StringComparer.Ordinal);
        for (int i = 0; i < keys.Count; i++)
        {
            map.TryAdd(new string(keys[i]), i);
        }

        List<double> collections = TimeCollections();
        double bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / keys.Count;
        GC.KeepAlive(map);
        return (bytes, collections);
    }

    private List<double> TimeCollections()
    {
        GcMeter.CollectAll();
        List<double> times = [];
        for (int repetition = 0; repetition < options.Repetitions; repetition++)
        {
            long start = Stopwatch.GetTimestamp();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return times;
    }

    /// <summary>Replaces all keys again and again by keys of other lengths, while the bytes of live keys stay about the
    /// same. The worst moment counts: the memory is looked at every thousand operations once the map is full.</summary>
    private void MeasureDrift(int entries)
    {
        announce("churn of drifting lengths");
        using TextShardMap<long> map = new();
        TextKeys? old = null;
        double worst = 0;
        int operations = 0;
        for (int round = 0; round < DriftRounds; round++)
        {
            int length = 20 + (round * 15);
            TextKeys next = TextKeys.Create(
                entries * 20 / length, new TextLengths("drift", length, length + 8), seed: (ulong)round + 10);
            for (int i = 0; i < Math.Max(next.Count, old?.Count ?? 0); i++)
            {
                if (old is not null && i < old.Count)
                {
                    map.TryRemove(old[i], out _);
                    operations++;
                }

                if (i < next.Count)
                {
                    map.TryAdd(next[i], i);
                    operations++;
                }

                if (old is not null && operations >= DriftOperations)
                {
                    operations = 0;
                    worst = Math.Max(worst, HeldOfLive(map));
                }
            }

            old = next;
            worst = Math.Max(worst, HeldOfLive(map));
        }

        map.TrimExcess();
        double trimmed = HeldOfLive(map);
        string what = $"churn of {Units.Count(entries)} keys whose lengths drift from 20 to "
            + $"{20 + ((DriftRounds - 1) * 15)} characters";
        Add(
            "text-drift",
            what,
            $"held {Units.Digits(worst)} x live at most",
            new Measure(TargetUnit.OfLive, Spread.Of([worst])));
        Add(
            "text-drift-trimmed",
            $"{what}, after TrimExcess",
            $"held {Units.Digits(trimmed)} x live",
            new Measure(TargetUnit.OfLive, Spread.Of([trimmed])));
    }

    private static double HeldOfLive(TextShardMap<long> map)
    {
        ShardMapStatistics statistics = map.GetStatistics();
        return (double)statistics.RecordBytesHeld / statistics.RecordBytesLive;
    }

    private static string Time(Series series) => Units.Duration(series.Spread.Median);

    private static string Times(Series theirs, Series ours) =>
        $"{Units.Digits(theirs.RatioTo(ours).Median)} x as fast as CD";

    private void Add(string id, string work, string shown, params IReadOnlyList<Measure> measures) =>
        _rows.Add(FigureRow.Of(AllTargets.Text, id, work, shown, measures));
}

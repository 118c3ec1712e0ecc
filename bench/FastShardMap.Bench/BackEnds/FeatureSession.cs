using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.BackEnds;

/// <summary>What snapshots, saving and the audit cost, beside what they are to be held against.</summary>
internal sealed class FeatureSession : IDisposable
{
    /// <summary>How a file is written without a map: in pieces as large as a map's blocks.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>Keys of one call of a loop.</summary>
    private const int KeysPerCall = 512;

    private readonly BackEndsOptions _options;
    private readonly ulong[] _keys;
    private readonly ShardMap<ulong, ulong> _map;

    private FeatureSession(BackEndsOptions options)
    {
        _options = options;
        _keys = KeyStreams.Distinct(first: 0, options.LargePairs);
        _map = Filled(options.LargePairs);
    }

    /// <summary>Measures those of the parts asked for that are features.</summary>
    public static List<FeatureRow> Run(BackEndsOptions options, Action<string> announce)
    {
        List<FeatureRow> rows = new();
        if (!options.Parts.Intersect(["snapshot", "save", "audit"]).Any())
        {
            return rows;
        }

        announce("warming up");
        WarmUp();
        using FeatureSession session = new(options);
        foreach (string part in options.Parts)
        {
            switch (part)
            {
                case "snapshot":
                    announce("snapshots");
                    rows.AddRange(session.Pauses().Concat(session.SnapshotReads()));
                    break;
                case "save":
                    announce("saving");
                    rows.AddRange(session.Saves());
                    break;
                case "audit":
                    announce("audit");
                    rows.AddRange(session.Audits());
                    break;
                default:
                    break;
            }
        }

        return rows;
    }

    public void Dispose() => _map.Dispose();

    private static ShardMap<ulong, ulong> Filled(int pairs)
    {
        ShardMap<ulong, ulong> map = new(pairs);
        foreach (ulong key in KeyStreams.Distinct(first: 0, pairs))
        {
            map[key] = WordEntry.ValueOf(key);
        }

        return map;
    }

    /// <summary>Every loop and feature on a small map, until its code is final.</summary>
    private static void WarmUp()
    {
        const int Pairs = 2_000;
        ulong[] keys = KeyStreams.Distinct(first: 0, Pairs);
        using ShardMap<ulong, ulong> map = Filled(Pairs);
        using AuditedShardMap<ulong, ulong, DefaultHasher<ulong>> audited = new(map);
        LoopWarmUp.Repeat(() =>
        {
            using ShardMapSnapshot<ulong, ulong> snapshot = map.Snapshot();
            using MemoryStream file = new();
            map.Save(file);
            PlainView plain = new(map);
            AuditedView watched = new(audited);
            Sink.Consume(MapLoops.Lookup(plain, keys) + MapLoops.Lookup(new SnapshotView(snapshot), keys));
            Sink.Consume(MapLoops.Lookup(watched, keys) + Exchange(plain, keys) + Exchange(watched, keys));
        });
    }

    /// <summary>The time to take a snapshot, with and without a writer, and the writer's longest write.</summary>
    private IEnumerable<FeatureRow> Pauses()
    {
        List<double> alone = [], uncopied = [], beside = [], calm = [], disturbed = [], gaps = [];
        for (int repetition = -1; repetition < _options.Repetitions; repetition++)
        {
            double[] figures =
            [
                TakeSnapshot(copyNow: true),
                TakeSnapshot(copyNow: false),
                LongestWrite(snapshots: null),
                LongestWrite(snapshots: beside),
                LatencyHistogram.ToNanoseconds(JitterMeter.Measure(_options.Duration).MaxTicks),
            ];
            if (repetition < 0)
            {
                beside.Clear();
                continue;
            }

            alone.Add(figures[0]);
            uncopied.Add(figures[1]);
            calm.Add(figures[2]);
            disturbed.Add(figures[3]);
            gaps.Add(figures[4]);
        }

        string pairs = $"{Units.Count(_options.LargePairs)} pairs";
        Spread gap = Spread.Of(gaps);
        return
        [
            new("snapshot", "take one, nobody writes", Spread.Of(alone), pairs),
            new("snapshot", "take one and leave the copying to writes", Spread.Of(uncopied), pairs),
            new("snapshot", "take one while a thread writes", Spread.Of(beside), pairs),
            new(
                "snapshot",
                "longest write, no snapshots",
                Spread.Of(calm),
                $"machine's longest gap {Units.Duration(gap.Median)}"),
            new(
                "snapshot",
                "longest write while snapshots are taken",
                Spread.Of(disturbed),
                $"machine's longest gap {Units.Duration(gap.Median)}"),
        ];
    }

    private double TakeSnapshot(bool copyNow)
    {
        long start = Stopwatch.GetTimestamp();
        using ShardMapSnapshot<ulong, ulong> snapshot = _map.Snapshot(copyNow);
        double taken = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        if (!copyNow)
        {
            _map.Snapshot().Dispose(); // brings the shards to rest again
        }

        return taken;
    }

    /// <summary>
    /// The longest of all writes of one thread while another does nothing, or takes one snapshot after another.
    /// </summary>
    private double LongestWrite(List<double>? snapshots)
    {
        StopSignal stop = new();
        long longest = 0;
        Thread writer = new(() =>
        {
            long last = Stopwatch.GetTimestamp();
            for (int i = 0; !stop.IsRaised; i = i + 1 == _keys.Length ? 0 : i + 1)
            {
                _map[_keys[i]] = WordEntry.ValueOf(_keys[i]);
                long now = Stopwatch.GetTimestamp();
                longest = Math.Max(longest, now - last);
                last = now;
            }
        })
        { IsBackground = true, Name = "bench writer" };
        writer.Start();
        if (snapshots is null)
        {
            Thread.Sleep(_options.Duration);
        }
        else
        {
            long start = Stopwatch.GetTimestamp();
            do
            {
                snapshots.Add(TakeSnapshot(copyNow: true));
            }
            while (Stopwatch.GetElapsedTime(start) < _options.Duration);
        }

        stop.Raise();
        writer.Join();
        return LatencyHistogram.ToNanoseconds(longest);
    }

    private IEnumerable<FeatureRow> SnapshotReads()
    {
        using ShardMapSnapshot<ulong, ulong> snapshot = _map.Snapshot();
        ulong[] stream = Stream();
        Series own = Looped("hits", stream, keys => MapLoops.Lookup(new PlainView(_map), keys));
        Series frozen = Looped("hits", stream, keys => MapLoops.Lookup(new SnapshotView(snapshot), keys));
        Series.Interleave(_options.Repetitions, discarded: 1, [own, frozen]);
        return
        [
            new("snapshot", "hit in the map", own.Spread, "1"),
            new(
                "snapshot",
                "hit in a snapshot",
                frozen.Spread,
                $"{Units.Digits(frozen.RatioTo(own).Median)} x the map's"),
        ];
    }

    private IEnumerable<FeatureRow> Saves()
    {
        // 16 bytes per pair, and what the format adds: a header, and one checksum per block.
        byte[] file = new byte[(_options.LargePairs * 17L) + (1 << 20)];
        byte[] copy = new byte[file.Length];
        long bytes = 0;
        Series save = Series.OneThread("save", operations: 1, _ =>
        {
            using MemoryStream stream = new(file);
            _map.Save(stream);
            bytes = stream.Position;
            return (ulong)bytes;
        });
        Series plain = Series.OneThread("copy", operations: 1, _ =>
        {
            file.AsSpan(0, (int)bytes).CopyTo(copy);
            return (ulong)bytes;
        });
        string path = Path.GetTempFileName();
        Series saveTo = Series.OneThread("save to a file", operations: 1, _ =>
        {
            _map.SaveTo(path);
            return 1;
        });
        Series plainFile = Series.OneThread("file", operations: 1, _ =>
        {
            using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            for (int start = 0; start < bytes; start += PieceBytes)
            {
                stream.Write(file, start, (int)Math.Min(PieceBytes, bytes - start));
            }

            stream.Flush(flushToDisk: true);
            return 1;
        });
        Series.Interleave(_options.Repetitions, discarded: 2, [save, plain, saveTo, plainFile]);
        File.Delete(path);
        double share = plain.RatioTo(save).Median;
        return
        [
            new(
                "save",
                "save into memory already touched",
                save.Spread,
                $"{Speed(save)}; {100 * share:0} % of a plain copy's speed"),
            new("save", "plain copy of the same bytes", plain.Spread, $"{Speed(plain)}; {Units.Bytes(bytes)}"),
            new(
                "save",
                "SaveTo, until it is on the disk",
                saveTo.Spread,
                $"{Speed(saveTo)}; {Units.Digits(saveTo.RatioTo(plainFile).Median)} x the plain file's time"),
            new("save", "plain file of the same bytes, flushed to the disk", plainFile.Spread, Speed(plainFile)),
        ];

        string Speed(Series series) => $"{Units.Digits(bytes / series.Spread.Median)} GB/s";
    }

    private IEnumerable<FeatureRow> Audits()
    {
        using AuditedShardMap<ulong, ulong, DefaultHasher<ulong>> audited = new(_map);
        ulong[] stream = Stream();
        Series readOff = Looped("hits", stream, keys => MapLoops.Lookup(new PlainView(_map), keys));
        Series readOn = Looped("hits", stream, keys => MapLoops.Lookup(new AuditedView(audited), keys));
        Series writeOff = Looped("exchanges", stream, keys => Exchange(new PlainView(_map), keys));
        Series writeOn = Looped("exchanges", stream, keys => Exchange(new AuditedView(audited), keys));
        Series.Interleave(_options.Repetitions, discarded: 1, [readOff, readOn, writeOff, writeOn]);
        return
        [
            new("audit", "hit, no audit", readOff.Spread, "1"),
            new("audit", "hit, audited", readOn.Spread, $"{Units.Digits(readOn.RatioTo(readOff).Median)} x"),
            new("audit", "overwrite, no audit", writeOff.Spread, "1"),
            new("audit", "overwrite, audited", writeOn.Spread, $"{Units.Digits(writeOn.RatioTo(writeOff).Median)} x"),
        ];
    }

    private ulong[] Stream() => KeyStreams.Uniform(_keys, Math.Max(KeysPerCall * 128, _options.LargePairs), seed: 3);

    private delegate ulong Loop(ReadOnlySpan<ulong> keys);

    private static Series Looped(string work, ulong[] stream, Loop loop) => Series.OneThread(work, stream.Length, _ =>
    {
        ulong sum = 0;
        for (int first = 0; first < stream.Length; first += KeysPerCall)
        {
            sum += loop(stream.AsSpan(first, Math.Min(KeysPerCall, stream.Length - first)));
        }

        return sum;
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Exchange<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IExchangeMap
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum += map.TryExchange(key, WordEntry.ValueOf(key), out ulong old) ? old : 0;
        }

        return sum;
    }
}

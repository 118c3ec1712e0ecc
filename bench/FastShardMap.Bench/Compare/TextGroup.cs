using System.Collections.Concurrent;
using System.Text;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Texts;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Lookups and growth of maps with text keys, beside the maps of others with strings as keys.</summary>
/// <remarks>The keys to look up are strings of their own, as a service gets them, and not the objects that the
/// dictionaries hold. The command <c>text</c> measures more lengths, and has targets.</remarks>
internal sealed class TextGroup(CompareOptions options, CompareResults results, LookupSize size)
    : CompareGroup(options, results)
{
    private const string Theirs = "ConcurrentDictionary";
    private const string TheirSpans = "ConcurrentDictionary, alternate lookup";
    private const string Ours = "TextShardMap";
    private const string OurBatches = "TextShardMap, batches";
    private const string LockFree = "NonBlocking";
    private const int Probes = 200_000;
    private const int WarmUpKeys = 1_000;

    private static readonly TextLengths Lengths = new("16-32", 16, 32);

    private readonly string _id = $"text-{size.Name}";

    public override string Label => $"text keys, {size.Label}";

    public override IReadOnlyList<string> Rows => [_id];

    public override void Run()
    {
        using (Lookups small = new(CreateKeys(WarmUpKeys), WarmUpKeys))
        {
            LoopWarmUp.Repeat(() => Array.ForEach(
                small.Works, work => Series.Interleave(repetitions: 0, discarded: 1, SeriesOf(work.Runs))));
        }

        TextKeys keys = CreateKeys(Options.Scaled(size.Pairs));
        using (Lookups lookups = new(keys, Options.Operations(Probes)))
        {
            GcMeter.CollectAll();
            foreach (Work work in lookups.Works)
            {
                Measure(work, Options.Repetitions);
            }
        }

        // A small map grows in less time than can be measured well.
        if (size.IsLarge)
        {
            Measure(Growth(keys), Options.SlowRepetitions);
        }
    }

    private static TextKeys CreateKeys(int count) => TextKeys.Create(count, Lengths, seed: 1);

    private static string[] ToStrings(TextKeys keys) => keys.ToStrings([.. Enumerable.Range(0, keys.Count)]);

    private static Series[] SeriesOf((string Map, Series Series)[] runs) => Array.ConvertAll(runs, run => run.Series);

    private static Work Growth(TextKeys keys)
    {
        string[] strings = ToStrings(keys);
        return new Work(
            "insert by string, growing",
            (Theirs, TextLoops.Growing(
                strings,
                static () => new ConcurrentDictionary<string, long>(StringComparer.Ordinal),
                static (map, key, value) => map.TryAdd(key, value))),
            (Ours, TextLoops.Growing(
                strings,
                static () => new TextShardMap<long>(),
                static (map, key, value) => map.TryAdd(key, value))),
            (LockFree, TextLoops.Growing(
                strings,
                static () => new NonBlocking.ConcurrentDictionary<string, long>(StringComparer.Ordinal),
                static (map, key, value) => map.TryAdd(key, value))));
    }

    private void Measure(Work work, int repetitions)
    {
        Series[] series = SeriesOf(work.Runs);
        Series.Interleave(repetitions, discarded: 1, series);
        foreach ((string map, Series own) in work.Runs)
        {
            Results.Peers.Add(new PeerFigure(
                _id,
                $"{work.Name}, {Lengths.Name} characters, {size.Label}",
                map,
                own.Spread,
                own.RatioTo(series[0])));
        }
    }

    /// <summary>One kind of work, and the maps that do it. ConcurrentDictionary first: the others are held against
    /// it.</summary>
    private sealed record Work(string Name, params (string Map, Series Series)[] Runs);

    /// <summary>Maps that hold the same keys, and the lookups in them.</summary>
    private sealed class Lookups : IDisposable
    {
        private readonly TextShardMap<long> _ours = new();
        private readonly ConcurrentDictionary<string, long> _theirs = new(StringComparer.Ordinal);
        private readonly NonBlocking.ConcurrentDictionary<string, long> _lockFree = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _theirSpans;

        public Lookups(TextKeys keys, int probes)
        {
            string[] stored = ToStrings(keys);
            for (int i = 0; i < stored.Length; i++)
            {
                _ours.TryAdd(stored[i], i);
                _theirs.TryAdd(stored[i], i);
                _lockFree.TryAdd(stored[i], i);
            }

            _theirSpans = _theirs.GetAlternateLookup<ReadOnlySpan<char>>();
            int[] drawn = TextLoops.Draw(Math.Min(probes, keys.Count), keys.Count, seed: 2);
            TextKeys absent = TextKeys.Create(drawn.Length, Lengths, seed: 3);
            Works =
            [
                ByString("hits by string", Repeat(keys.ToStrings(drawn), probes)),
                ByString("misses by string", Repeat(ToStrings(absent), probes)),
                ByUtf8("hits by UTF-8", Repeat(keys.ToUtf8(drawn), probes)),
            ];
        }

        public Work[] Works { get; }

        public void Dispose() => _ours.Dispose();

        /// <summary>As many probes as were asked for, from fewer keys in random order.</summary>
        private static T[] Repeat<T>(T[] keys, int probes) => keys.Length >= probes
            ? keys
            : Array.ConvertAll(TextLoops.Draw(probes, keys.Length, seed: 4), index => keys[index]);

        private Work ByString(string name, string[] probes) => new(
            name,
            (Theirs, TextLoops.Lookups(
                name, probes, key => _theirs.TryGetValue(key, out long value) ? value : -1)),
            (TheirSpans, TextLoops.Lookups(
                name, probes, key => _theirSpans.TryGetValue(key.AsSpan(), out long value) ? value : -1)),
            (Ours, TextLoops.Lookups(
                name, probes, key => _ours.TryGetValue(key, out long value) ? value : -1)),
            (OurBatches, TextLoops.Batches(name, probes, _ours)),
            (LockFree, TextLoops.Lookups(
                name, probes, key => _lockFree.TryGetValue(key, out long value) ? value : -1)));

        private Work ByUtf8(string name, byte[][] probes) => new(
            name,
            (Theirs, TextLoops.Lookups(
                name,
                probes,
                key => _theirs.TryGetValue(Encoding.UTF8.GetString(key), out long value) ? value : -1)),
            (TheirSpans, TextLoops.Lookups(name, probes, key =>
            {
                Span<char> chars = stackalloc char[Lengths.Longest];
                ReadOnlySpan<char> text = chars[..Encoding.UTF8.GetChars(key, chars)];
                return _theirSpans.TryGetValue(text, out long value) ? value : -1;
            })),
            (Ours, TextLoops.Lookups(
                name, probes, key => _ours.TryGetValue(key.AsSpan(), out long value) ? value : -1)),
            (LockFree, TextLoops.Lookups(
                name,
                probes,
                key => _lockFree.TryGetValue(Encoding.UTF8.GetString(key), out long value) ? value : -1)));
    }
}

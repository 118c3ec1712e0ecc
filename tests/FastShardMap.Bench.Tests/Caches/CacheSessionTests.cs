using System.CommandLine;
using FastShardMap.Bench.Caches;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Report;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Tests.Caches;

public sealed class CacheSessionTests
{
    [Fact]
    public void ExactLru_ShortTrace_HitsWhatWasUsedLast()
    {
        // Two entries: 1 2 | 1 hits, 3 evicts 2, 2 misses and evicts 1, 3 hits.
        Trace trace = new("short", [1, 2, 1, 3, 2, 3]);

        Assert.Equal(2.0 / 6, HitRatioSession.Replay<ExactLru>(trace, 2).HitRatio);
    }

    [Fact]
    public void ExactS3Fifo_ScanOverUsedKeys_KeepsThem()
    {
        ulong[] used = [.. Enumerable.Range(0, 50).Select(static key => (ulong)key)];
        ulong[] scan = [.. Enumerable.Range(1000, 1000).Select(static key => (ulong)key)];
        Trace trace = new("scan", [.. used, .. used, .. used, .. scan, .. used]);

        Assert.True(HitRatioSession.Replay<ExactS3Fifo>(trace, 100).HitRatio >= 150.0 / trace.Keys.Length);
        Assert.Equal(100.0 / trace.Keys.Length, HitRatioSession.Replay<ExactLru>(trace, 100).HitRatio);

        // A scanned key may have the fingerprint of an evicted one, and then takes the place of a used key.
        Assert.True(HitRatioSession.Replay<ShardCacheUnderTest>(trace, 100).HitRatio >= 140.0 / trace.Keys.Length);
    }

    [Fact]
    public void Run_GeneratedTraces_KeepsTheTargetsOfHitRatios()
    {
        Trace[] traces = [.. GeneratedTraces.Names.Select(static name => GeneratedTraces.Create(name, shrink: 20))];
        List<HitRatioRow> rows = new HitRatioSession(traces, static _ => { }).Run();

        Assert.NotEmpty(rows);
        Assert.All(rows, static row => Assert.All(row.Caches, cache => Assert.InRange(cache.HitRatio, 0, 1)));
        Assert.All(rows, static row => Assert.True(row.PointsBehindLru <= 2, $"{row}"));
        Assert.All(rows, static row => Assert.InRange(
            row.Caches.First(static cache => cache.Label == ShardCacheUnderTest.Label).Count, 1, row.Entries));
    }

    [Fact]
    public void Plots_OfTwoSizes_HaveABarPerTraceAndCache()
    {
        HitRatioRow[] rows =
        [
            .. from trace in (string[])["zipf", "loop"]
               from share in HitRatioSession.Shares
               select new HitRatioRow(trace, share, 100, 1000,
               [
                   new(ExactLru.Label, share, 1, 100), new(ShardCacheUnderTest.Label, 2 * share, 1, 100),
               ]),
        ];
        Plot[] plots = [.. CachePlots.Of(new CacheResults(rows, [], []))];

        Assert.Equal(["cache-ratios-1", "cache-ratios-10"], plots.Select(static plot => plot.Name));
        string script = plots[1].ToScript();
        Assert.Contains("set output 'cache-ratios-10.svg'", script, StringComparison.Ordinal);
        Assert.Contains("\"zipf\" 10 20\n\"loop\" 10 20\n", script, StringComparison.Ordinal);
        Assert.Contains($"title \"{ShardCacheUnderTest.Label}\"", script, StringComparison.Ordinal);
        Assert.Empty(CachePlots.Of(new CacheResults([], [], [])));
    }

    [Fact]
    public void Command_WithAFolderForPlots_WritesThemThere()
    {
        DirectoryInfo root = Directory.CreateTempSubdirectory("cache-plots");
        try
        {
            string folder = Path.Combine(root.FullName, "new");
            string[] line = ["--quick", "--shrink", "50", "--parts", "ratios", "--plots", folder];
            Assert.Equal(CommandRun.Done, CacheCommand.Create().Parse(line).Invoke());
            Assert.Contains(
                "cache-ratios-10.gp", Directory.GetFiles(folder).Select(static path => Path.GetFileName(path)));

            string file = Path.Combine(root.FullName, "file");
            File.WriteAllText(file, "");
            ParseResult wrong = CacheCommand.Create().Parse(["--plots", file]);
            Assert.Contains(file, Assert.Single(wrong.Errors).Message, StringComparison.Ordinal);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void Judge_FiguresThatFallShort_AreNamed()
    {
        HitRatioRow row = new("bad", 0.1, 100, 1000,
        [
            new(ExactLru.Label, 0.50, 1, 100), new(ExactS3Fifo.Label, 0.40, 1, 100),
            new(ConcurrentLfuUnderTest.Label, 0.45, 1, 100), new(ShardCacheUnderTest.Label, 0.44, 1, 100),
        ]);
        CacheTiming slow = new("hit-1m-2t", ShardCacheUnderTest.Label, Spread.Of([10]), Spread.Of([1.2]));
        CacheFootprint small = new(ShardCacheUnderTest.Label, 100, 0, 44, Spread.Of([1e6]), Spread.Of([1e6]));
        Judgement[] judged = [.. new CacheResults([row], [slow], [small]).Judge()];

        Assert.Equal(
            ["ratio-behind-best", "ratio-behind-lru", "hit-1m-2t"],
            judged.Where(static one => !one.IsMet).Select(static one => one.Row));
        Assert.Contains(judged, static one => one is { Row: "bytes-native-1m", IsMet: true });
        Assert.Contains(
            AllTargets.Cache.Shortfalls(judged, static _ => true), static one => one.Row == "evict-1m-2t");
    }

    [Fact]
    public void Churn_FewOperations_AreCountedAndKeepTheLimit()
    {
        ChurnRow row = new CacheChurn(
            new CacheOptions { ShrinkFactor = 1_000, ChurnOperations = 200_000_000 }, static _ => { }).Run();

        Assert.Equal((200_000, 400), (row.Operations, row.Entries));
        Assert.All(row.HitRatios, static ratio => Assert.InRange(ratio, 0.05, 0.75)); // a quarter of the keys is new
        Assert.All(row.ResidentBytes, static bytes => Assert.InRange(bytes, 1, long.MaxValue));
    }

    [Fact]
    public void Judge_ChurnThatGrowsOrLosesHits_FallsShort()
    {
        CacheOptions options = new() { Parts = [CacheOptions.Churn] };
        ChurnRow bad = new(100, 10, [0.1, 0.5, 0.5, 0.49], [100, 100, 110], 0.49);
        ChurnRow behind = new(100, 10, [0.1, 0.48, 0.49, 0.49], [100, 100, 100], 0.49);
        ChurnRow good = new(100, 10, [0.1, 0.51, 0.5, 0.5], [100, 110, 100], 0.5);

        Assert.Equal(["<= 0.5 points", "flat memory"], TextsOf(bad, isMet: false));
        Assert.Equal(["<= 0.5 points"], TextsOf(behind, isMet: false));
        Assert.Equal(["<= 0.5 points", "flat memory"], TextsOf(good, isMet: true));

        IEnumerable<string> TextsOf(ChurnRow row, bool isMet) => AllTargets.Cache
            .Complete(new CacheResults([], [], [], row).Judge(), name => CacheResults.IsWanted(options, name))
            .Where(one => one.IsMet == isMet)
            .Select(static one => one.Target.Text)
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Complete_NothingMeasured_HasEveryRowOfTheParts()
    {
        CacheOptions options = new() { Parts = [CacheOptions.Timings, CacheOptions.Memory] };
        IReadOnlyList<Judgement> all =
            AllTargets.Cache.Complete([], name => CacheResults.IsWanted(options, name));

        Assert.Equal(
            AllTargets.Cache.Targets.Select(static target => target.Row)
                .Where(static row => !row.StartsWith("ratio", StringComparison.Ordinal)
                    && !row.StartsWith("churn", StringComparison.Ordinal)),
            all.Select(static one => one.Row));
        Assert.All(all, static one => Assert.False(one.IsMet));
    }
}

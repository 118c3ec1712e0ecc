using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.ConcurrencyTests.Counts;

/// <summary>What a lookup costs, in steps and in groups looked at: the same on every machine, so that no noise hides a
/// change for the worse.</summary>
public sealed class LookupCountTests
{
    private const int Groups = 1024;
    private const int FullEntries = Groups * 7 * 4 / 5;

    private static readonly string[] HitSteps =
    [
        "reader: generation", "reader: settled", "reader: version", "reader: control", "reader: key", "reader: value",
        "reader: version again", "reader: generation again",
    ];

    private static readonly string[] MissSteps =
        ["reader: generation", "reader: settled", "reader: version", "reader: control", "reader: generation again"];

    [Fact]
    public void Lookup_InItsHomeGroup_TakesTheseStepsAndNoMore()
    {
        using Map map = Filled(1);
        Assert.Equal(HitSteps, StepsOf(map, 0));
        Assert.Equal(MissSteps, StepsOf(map, 1));
    }

    /// <summary>
    /// Groups looked at by as many lookups as there are entries, in a table of 1,024 groups. Seed and keys are fixed,
    /// so the counts are exact: more is a regression, fewer a reason to write the new count here.
    /// </summary>
    /// <remarks>A lookup that its home group does not answer looks at that one again.</remarks>
    [Theory]
    [InlineData(0.4, 2916, 2927)]
    [InlineData(0.6, 4615, 4513)]
    [InlineData(0.8, 7213, 6800)]
    public void GroupLooks_AtAFixedLoad_AreAsMany(double load, int hitLooks, int missLooks)
    {
        int entries = (int)(Groups * 7 * load);
        using Map map = Filled(entries);
        Assert.Equal(Groups, map.GetStatistics().Groups);
        Assert.Equal(
            (hitLooks, missLooks),
            (Looks(map, 0, entries, isPresent: true), Looks(map, FullEntries, entries, isPresent: false)));

        // The map's own statistics say the same: an entry n groups from home costs n + 1, and the home group again. An
        // equal tag of another key costs a look, too.
        long away = map
            .GetProbeLengths()
            .Select(static (count, length) => length == 0 ? 0 : count * (length + 1))
            .Sum();
        Assert.InRange(hitLooks, entries + away, (entries + away) * 1.05);
    }

    /// <summary>A batch looks at as many groups as its keys one by one.</summary>
    [Fact]
    public void GroupLooks_OfABatch_AreThoseOfItsKeys()
    {
        using Map map = Filled(FullEntries);
        ulong[] keys = [.. Enumerable.Range(0, 256).Select(static key => (ulong)key)];
        StepRecorder batch = new();
        batch.Record(() => map.TryGetValues(keys, new ulong[keys.Length], new bool[keys.Length]));
        StepRecorder single = new();
        single.Record(() => Array.ForEach(keys, key => map.TryGetValue(key, out _)));
        Assert.Equal(single.CountOf("reader: version"), batch.CountOf("reader: version"));
    }

    private static Map Filled(int entries)
    {
        Map map = new(
            new ShardMapOptions
            {
                ShardCount = 1,
                Capacity = FullEntries,
                Seed = new HashSeed(0x9FB2_1C65_1E98_DF25, 0xD6E8_FEB8_6659_FD93),
            });
        for (ulong key = 0; key < (ulong)entries; key++)
        {
            map[key] = key;
        }

        return map;
    }

    private static int Looks(Map map, int first, int count, bool isPresent)
    {
        StepRecorder recorder = new();
        recorder.Record(() =>
        {
            for (ulong key = (ulong)first; key < (ulong)(first + count); key++)
            {
                Assert.Equal(isPresent, map.TryGetValue(key, out _));
            }
        });
        return recorder.CountOf("reader: version");
    }

    private static IReadOnlyList<string> StepsOf(Map map, ulong key)
    {
        StepRecorder recorder = new();
        recorder.Record(() => map.TryGetValue(key, out _));
        return recorder.Steps;
    }
}

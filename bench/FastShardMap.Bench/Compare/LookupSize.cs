namespace FastShardMap.Bench.Compare;

/// <summary>A number of pairs, and what is asked of lookups among so many.</summary>
internal sealed record LookupSize(string Name, string Label, int Pairs)
{
    private const int LargeFrom = 1_000_000;
    private const int GrownHugeFrom = 10_000_000;

    public static readonly LookupSize[] All =
    [
        new("1k", "1 K", 1_000)
        {
            Hit = [new(0.5), new(4, OfFloor: true, IsGoal: true)],
            Dependent = [new(2.2, OfFloor: true, IsGoal: true)],
            Miss = [new(0.5)],
        },
        new("100k", "100 K", 100_000)
        {
            Hit = [new(0.5)],
            Miss = [new(0.5)],
        },
        new("1m", "1 M", 1_000_000)
        {
            Dependent = [new(0.55), new(1.5, OfFloor: true)],
        },
        new("10m", "10 M", 10_000_000)
        {
            Hit = [new(0.75)],
            Dependent = [new(0.55), new(1.3, OfFloor: true), new(1.2, OfFloor: true, IsGoal: true)],
            Miss = [new(0.8)],
            Batch = [new(0.3), new(1.6, OfFloor: true, IsGoal: true)],
        },
    ];

    /// <summary>With sizes between, for which nothing is asked, in order of size.</summary>
    public static readonly LookupSize[] AllAndMore =
    [
        .. All.Concat([new LookupSize("100", "100", 100), new LookupSize("10k", "10 K", 10_000)])
            .OrderBy(size => size.Pairs),
    ];

    public LookupBound[] Hit { get; init; } = [];

    public LookupBound[] Dependent { get; init; } = [];

    public LookupBound[] Miss { get; init; } = [];

    public LookupBound[] Batch { get; init; } = [];

    /// <summary>Past the first caches: the page size matters, and a key must not be drawn twice too soon.</summary>
    public bool IsLarge => Pairs >= LargeFrom;

    /// <summary>A map that grows to so many has tables of several MiB a shard, and can move them to huge pages.</summary>
    public bool HasGrownHugePages => Pairs >= GrownHugeFrom;

    public string[] FigureIds =>
    [
        .. ((string[])["hit", "dep", "miss", "batch"]).Select(kind => $"{kind}-{Name}"),
        .. ((string[])["hit", "dep", "batch"]).Where(_ => IsLarge).Select(kind => $"{kind}-{Name}-huge"),
        .. ((string[])["dep", "batch"]).Where(_ => HasGrownHugePages).Select(kind => $"{kind}-{Name}-grown-huge"),
    ];
}

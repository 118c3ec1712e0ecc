namespace FastShardMap.Bench.Compare;

/// <summary>A number of pairs, and its names.</summary>
internal sealed record LookupSize(string Name, string Label, int Pairs)
{
    public static readonly LookupSize OneThousand = new("1k", "1 K", 1_000);
    public static readonly LookupSize HundredThousand = new("100k", "100 K", 100_000);
    public static readonly LookupSize Million = new("1m", "1 M", 1_000_000);
    public static readonly LookupSize TenMillion = new("10m", "10 M", 10_000_000);

    public static readonly LookupSize[] All =
        [new("100", "100", 100), OneThousand, HundredThousand, Million, TenMillion];

    /// <summary>With a size between, for which nothing is asked, in order of size.</summary>
    public static readonly LookupSize[] AllAndMore =
        [.. All.Append(new LookupSize("10k", "10 K", 10_000)).OrderBy(size => size.Pairs)];

    /// <summary>Past the first caches: the page size matters, and a key must not be drawn twice too soon.</summary>
    public bool IsLarge => Pairs >= Million.Pairs;

    /// <summary>
    /// A map that grows to this size has several MiB of tables in each shard, and can move them to huge pages.
    /// </summary>
    public bool HasGrownHugePages => Pairs >= TenMillion.Pairs;
}

using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Memory;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Compare;

/// <summary>Bytes a pair and full collections at ten million pairs, each map in a process of its own.</summary>
internal sealed class MemoryGroup(CompareOptions options, CompareResults results)
{
    public const string ReservedId = "bytes-reserved-10m";
    public const string GrowthId = "bytes-growing-10m";
    public const string CollectionId = "full-gc-10m";

    private const double ReservedLimit = 24;
    private const double GrowthLimit = 70;
    private const double CollectionLimitMilliseconds = 2;
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly int _pairs = options.Scaled(10_000_000);

    public void Run()
    {
        if (options.WantsAny(ReservedId, CollectionId))
        {
            MemoryReading ours = MemoryProbeCommand.RunInChild("shardmap", _pairs, reserve: true);
            MemoryReading theirs = MemoryProbeCommand.RunInChild("concurrent", _pairs, reserve: true);
            AddBytes(
                ReservedId,
                "bytes per entry, 10 M reserved",
                ReservedLimit,
                (ours.AccountedBytesPerPair, ours.ResidentBytesPerPair),
                (theirs.AccountedBytesPerPair, theirs.ResidentBytesPerPair));
            AddCollections(ours, theirs);
        }

        if (options.Wants(GrowthId))
        {
            MemoryReading ours = MemoryProbeCommand.RunInChild("shardmap", _pairs, reserve: false);
            MemoryReading theirs = MemoryProbeCommand.RunInChild("concurrent", _pairs, reserve: false);
            AddBytes(
                GrowthId,
                "bytes per entry, growing to 10 M, worst moment",
                GrowthLimit,
                (ours.WorstAccountedBytesPerPair, ours.WorstResidentBytesPerPair),
                (theirs.WorstAccountedBytesPerPair, theirs.WorstResidentBytesPerPair));
        }
    }

    private void AddBytes(
        string id,
        string work,
        double limit,
        (double Accounted, double Resident) ours,
        (double Accounted, double Resident) theirs)
    {
        Figure OfOne(string suffix, string how, double our, double their) => new(
            id + suffix,
            $"{work} ({how})",
            Spread.Of([our]),
            Spread.Of([their]),
            Spread.None,
            Units.Digits,
            [new Target($"<= {limit:0.##} B", limit, Spread.Of([our]), Units.Digits)]);

        if (options.Wants(id))
        {
            results.Figures.Add(OfOne(string.Empty, "own account", ours.Accounted, theirs.Accounted));
            results.Figures.Add(OfOne("-rss", "resident set", ours.Resident, theirs.Resident));
        }
    }

    private void AddCollections(MemoryReading ours, MemoryReading theirs)
    {
        if (!options.Wants(CollectionId))
        {
            return;
        }

        Spread With(MemoryReading reading) =>
            Spread.Of(reading.FullGcWithMilliseconds.Select(time => time * NanosecondsPerMillisecond));
        Spread without = Spread.Of(ours.FullGcWithoutMilliseconds.Select(time => time * NanosecondsPerMillisecond));
        results.Figures.Add(new Figure(
            CollectionId,
            "full blocking GC with 10 M entries",
            With(ours),
            With(theirs),
            without,
            Units.Duration,
            [
                new Target(
                    "<= 2 ms + GC without the map",
                    CollectionLimitMilliseconds * NanosecondsPerMillisecond,
                    Spread.Of([With(ours).Median - without.Median]),
                    Units.Duration),
            ]));
    }
}

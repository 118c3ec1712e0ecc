using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Memory;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>Bytes a pair and full collections at ten million pairs, each map in a process of its own.</summary>
internal sealed class MemoryGroup(CompareOptions options, CompareResults results) : CompareGroup(options, results)
{
    private const string ReservedId = "bytes-reserved-10m";
    private const string GrownId = "bytes-grown-10m";
    private const string GrowthId = "bytes-growing-10m";
    private const string CollectionId = "full-gc-10m";
    private const string ResidentSuffix = "-rss";
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly int _pairs = options.Scaled(10_000_000);

    public override string Label => "memory and collections at 10 M, in processes of their own";

    public override IReadOnlyList<string> Rows =>
    [
        ReservedId, ReservedId + ResidentSuffix, CollectionId,
        GrownId, GrownId + ResidentSuffix, GrowthId, GrowthId + ResidentSuffix,
    ];

    public override void Run()
    {
        if (Options.WantsAny([.. Rows.Take(3)]))
        {
            (MemoryReading ours, MemoryReading theirs) = Read(reserve: true);
            AddBytes(ReservedId, "bytes per entry, 10 M reserved", ours, theirs, AtRest);
            AddCollections(ours, theirs);
        }

        if (Options.WantsAny([.. Rows.Skip(3)]))
        {
            (MemoryReading ours, MemoryReading theirs) = Read(reserve: false);
            AddBytes(GrownId, "bytes per entry, grown to 10 M", ours, theirs, AtRest);
            AddBytes(GrowthId, "bytes per entry, growing to 10 M, worst moment", ours, theirs, static reading =>
                (reading.WorstAccountedBytesPerPair, reading.WorstResidentBytesPerPair));
        }
    }

    private static (double Accounted, double Resident) AtRest(MemoryReading reading) =>
        (reading.AccountedBytesPerPair, reading.ResidentBytesPerPair);

    private (MemoryReading Ours, MemoryReading Theirs) Read(bool reserve) =>
        (MemoryProbeCommand.RunInChild(Peers.Ours, _pairs, reserve),
         MemoryProbeCommand.RunInChild(Peers.Theirs, _pairs, reserve));

    private void AddBytes(
        string id,
        string work,
        MemoryReading ours,
        MemoryReading theirs,
        Func<MemoryReading, (double Accounted, double Resident)> bytes)
    {
        Add(id, $"{work} (own account)", bytes(ours).Accounted, bytes(theirs).Accounted);
        Add(id + ResidentSuffix, $"{work} (resident set)", bytes(ours).Resident, bytes(theirs).Resident);
    }

    private void Add(string id, string work, double ours, double theirs)
    {
        if (Options.Wants(id))
        {
            Results.Add(
                id,
                work,
                (Spread.Of([ours]), Spread.Of([theirs]), Spread.None),
                Units.Digits,
                new Measure(TargetUnit.Bytes, Spread.Of([ours])));
        }
    }

    private void AddCollections(MemoryReading ours, MemoryReading theirs)
    {
        if (!Options.Wants(CollectionId))
        {
            return;
        }

        static Spread Nanoseconds(double[] milliseconds) =>
            Spread.Of(milliseconds.Select(time => time * NanosecondsPerMillisecond));
        Spread with = Nanoseconds(ours.FullGcWithMilliseconds);
        Spread without = Nanoseconds(ours.FullGcWithoutMilliseconds);
        Results.Add(
            CollectionId,
            "full blocking GC with 10 M entries",
            (with, Nanoseconds(theirs.FullGcWithMilliseconds), without),
            Units.Duration,
            new Measure(TargetUnit.BeyondCollection, Spread.Of([with.Median - without.Median])));
    }
}

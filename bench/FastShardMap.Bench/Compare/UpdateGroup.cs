using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Overwriting in a map of one million: by one thread, and by two that also read.</summary>
internal sealed class UpdateGroup<TOurs, TTheirs>(CompareOptions options, CompareResults results)
    where TOurs : struct, IMapUnderTest<TOurs, ulong, ulong>
    where TTheirs : struct, IMapUnderTest<TTheirs, ulong, ulong>
{
    public const string OverwriteId = "overwrite-1m";
    public const string MixedId = "mixed-1m-2t";

    private const int Threads = 2;

    private readonly int _operations = options.Operations(2_000_000);

    public void Run()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, options.Scaled(1_000_000));
        ulong[][] streams = new ulong[Threads][];
        for (int i = 0; i < Threads; i++)
        {
            streams[i] = KeyStreams.Uniform(keys, _operations, seed: (ulong)i + 1);
        }

        using var ours = TOurs.Create(default);
        using var theirs = TTheirs.Create(default);
        MapLoops.Fill(ours, keys);
        MapLoops.Fill(theirs, keys);
        GcMeter.Settle();

        Series oursOverwrite = Overwrite(ours, streams[0]);
        Series theirsOverwrite = Overwrite(theirs, streams[0]);
        Series oursMixed = Mixed(ours, streams);
        Series theirsMixed = Mixed(theirs, streams);
        Series.Interleave(
            options.Repetitions, discarded: 1, [oursOverwrite, theirsOverwrite, oursMixed, theirsMixed]);

        Report(OverwriteId, "overwrite existing, 1 M", oursOverwrite, theirsOverwrite, 0.4);
        Report(MixedId, "50/50 read/overwrite, 2 threads, 1 M", oursMixed, theirsMixed, 0.35);
    }

    private void Report(string id, string work, Series ours, Series theirs, double limit)
    {
        if (options.Wants(id))
        {
            Target target = Target.OfDictionary(limit, ours.RatioTo(theirs));
            results.Figures.Add(Figure.OfTimes(id, work, ours, theirs, floor: null, target));
        }
    }

    private static Series Overwrite<TMap>(TMap map, ulong[] stream)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        Series.OneThread("overwrite", stream.Length, _ => MapLoops.Overwrite(map, stream));

    private static Series Mixed<TMap>(TMap map, ulong[][] streams)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        Series.SelfTimed("mixed", streams[0].Length, _ =>
        {
            ulong[] sums = new ulong[streams.Length];
            TimeSpan elapsed = ParallelRun.Run(
                streams.Length, thread => sums[thread] = MapLoops.ReadThenOverwrite(map, streams[thread]));
            ulong sum = 0;
            foreach (ulong one in sums)
            {
                sum += one;
            }

            return (elapsed, sum);
        });
}

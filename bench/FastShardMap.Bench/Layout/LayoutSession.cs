using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Layout;

/// <summary>Builds the tables of each slot size side by side and measures them in turn.</summary>
internal sealed class LayoutSession(bool isQuick, long largeBytes, Action<string> announce)
{
    private const long SmallBytes = 100 << 10;
    private const int Discarded = 1;
    private const int WarmUpLookups = 256;

    /// <summary>A usual load, and the most a table takes before it grows (TableSize).</summary>
    private static readonly double[] Loads = [0.6, 0.8];

    private readonly int _repetitions = isQuick ? 3 : 9;
    private readonly int _lookups = isQuick ? 50_000 : 150_000;

    public List<LayoutRow> Run()
    {
        List<LayoutRow> rows = new();
        foreach (IGrouping<int, LayoutCandidate> ofSize in LayoutCandidate.All.GroupBy(one => one.SlotBytes))
        {
            LayoutCandidate[] candidates = [.. ofSize];
            announce($"slots of {ofSize.Key} bytes");
            WarmUp(candidates);
            foreach (long bytes in (ReadOnlySpan<long>)[SmallBytes, largeBytes])
            {
                foreach (double load in Loads)
                {
                    rows.AddRange(Measure(candidates, bytes, load));
                }
            }
        }

        return rows;
    }

    private static void WarmUp(LayoutCandidate[] candidates)
    {
        const int Entries = 1_000;
        uint[] numbers = LayoutKeys.Draw(first: 0, 2 * Entries, WarmUpLookups, seed: 1);
        ILayoutTable[] tables = Array.ConvertAll(candidates, one => one.Create(Entries, Loads[^1]));
        ulong sum = 0;
        LoopWarmUp.Repeat(() =>
        {
            foreach (ILayoutTable table in tables)
            {
                sum += table.Lookup(numbers) + table.DependentLookup(numbers, Sink.Zero);
            }
        });
        Sink.Consume(sum);
        Array.ForEach(tables, table => table.Dispose());
    }

    private List<LayoutRow> Measure(LayoutCandidate[] candidates, long bytes, double load)
    {
        int entries = (int)(bytes / candidates[0].SlotBytes);

        // New keys in every repetition: drawn again, the same ones would still be in a cache.
        int draws = _lookups * (_repetitions + Discarded);
        uint[] hits = LayoutKeys.Draw(first: 0, entries, draws, seed: 2);
        uint[] misses = LayoutKeys.Draw(first: entries, entries, draws, seed: 3);
        ReadOnlySpan<uint> Slice(uint[] stream, int turn) => stream.AsSpan(turn * _lookups, _lookups);

        ILayoutTable[] tables = Array.ConvertAll(candidates, one => one.Create(entries, load));
        List<LayoutRow> rows = new();
        for (int i = 0; i < tables.Length; i++)
        {
            ILayoutTable table = tables[i];
            rows.Add(new LayoutRow(candidates[i], bytes, load)
            {
                IsLarge = bytes != SmallBytes,
                BytesPerEntry = table.BytesPerEntry,
                PastHome = table.PastHome,
                Hits = Series.OneThread("hits", _lookups, turn => table.Lookup(Slice(hits, turn))),
                Dependent = Series.OneThread(
                    "hits", _lookups, turn => table.DependentLookup(Slice(hits, turn), Sink.Zero)),
                Misses = Series.OneThread("misses", _lookups, turn => table.Lookup(Slice(misses, turn))),
            });
        }

        // One kind of lookup at a time: the shapes are compared with one another, so they should be neighbours.
        Series.Interleave(_repetitions, Discarded, [.. rows.Select(row => row.Hits)]);
        Series.Interleave(_repetitions, Discarded, [.. rows.Select(row => row.Dependent)]);
        Series.Interleave(_repetitions, Discarded, [.. rows.Select(row => row.Misses)]);
        Array.ForEach(tables, table => table.Dispose());
        return rows;
    }
}

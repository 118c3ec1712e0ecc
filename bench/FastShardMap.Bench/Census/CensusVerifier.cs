using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Census;

/// <summary>Compares two maps pair by pair and with the number of windows there were.</summary>
internal sealed class CensusVerifier<TOurs, TTheirs>(TOurs ours, TTheirs theirs, long windows)
    where TOurs : struct, ICountingMap<TOurs, ulong, long>
    where TTheirs : struct, ICountingMap<TTheirs, ulong, long>
{
    private const int MostExamples = 5;

    private readonly List<string> _differences = [];
    private long _differenceCount;

    /// <summary>A few of the differences in words; empty when the maps agree.</summary>
    public IReadOnlyList<string> Differences => _differences;

    public long DifferenceCount => _differenceCount;

    public bool Verify()
    {
        long theirTotal = 0;
        long theirPairs = 0;
        foreach ((ulong window, long count) in theirs.Pairs())
        {
            theirPairs++;
            theirTotal += count;
            if (!ours.TryGet(window, out long ourCount))
            {
                Differ($"window 0x{window:x16}: {TTheirs.Label} counts {count}, {TOurs.Label} lacks it");
            }
            else if (ourCount != count)
            {
                Differ($"window 0x{window:x16}: {TTheirs.Label} counts {count}, {TOurs.Label} {ourCount}");
            }
        }

        long ourTotal = 0;
        long ourPairs = 0;
        foreach ((_, long count) in ours.Pairs())
        {
            ourPairs++;
            ourTotal += count;
        }

        Same($"pairs enumerated from {TOurs.Label}", ourPairs, ours.Count);
        Same($"pairs enumerated from {TTheirs.Label}", theirPairs, theirs.Count);
        Same("distinct windows", ourPairs, theirPairs);
        Same($"total in {TOurs.Label}", ourTotal, windows);
        Same($"total in {TTheirs.Label}", theirTotal, windows);
        return _differenceCount == 0;
    }

    private void Same(string what, long actual, long expected)
    {
        if (actual != expected)
        {
            Differ($"{what}: {actual}, expected {expected}");
        }
    }

    private void Differ(string difference)
    {
        _differenceCount++;
        if (_differences.Count < MostExamples)
        {
            _differences.Add(difference);
        }
    }
}

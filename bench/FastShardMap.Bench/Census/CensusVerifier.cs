namespace FastShardMap.Bench.Census;

/// <summary>Compares two maps pair by pair and with the number of items there were.</summary>
internal sealed class CensusVerifier<TKey>(CensusCounter<TKey> ours, CensusCounter<TKey> theirs, long items)
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
        foreach ((TKey key, long count) in theirs.Pairs())
        {
            theirPairs++;
            theirTotal += count;
            if (!ours.TryGet(key, out long ourCount))
            {
                Differ($"{theirs.Name(key)}: {theirs.Label} counts {count}, {ours.Label} lacks it");
            }
            else if (ourCount != count)
            {
                Differ($"{theirs.Name(key)}: {theirs.Label} counts {count}, {ours.Label} {ourCount}");
            }
        }

        long ourTotal = 0;
        long ourPairs = 0;
        foreach ((_, long count) in ours.Pairs())
        {
            ourPairs++;
            ourTotal += count;
        }

        Same($"pairs enumerated from {ours.Label}", ourPairs, ours.Count);
        Same($"pairs enumerated from {theirs.Label}", theirPairs, theirs.Count);
        Same("distinct keys", ourPairs, theirPairs);
        Same($"total in {ours.Label}", ourTotal, items);
        Same($"total in {theirs.Label}", theirTotal, items);
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

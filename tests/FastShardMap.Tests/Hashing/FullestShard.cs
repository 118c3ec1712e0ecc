namespace FastShardMap.Tests.Hashing;

/// <summary>The fullest of 16 shards.</summary>
internal static class FullestShard
{
    private const int Shards = 16;

    /// <summary>Its entries as a multiple of the average, by the lowest bits of each hash code.</summary>
    public static double ShareOf(ReadOnlySpan<ulong> hashes)
    {
        Span<int> perShard = stackalloc int[Shards];
        foreach (ulong hash in hashes)
        {
            perShard[(int)(hash & (Shards - 1))]++;
        }

        int most = 0;
        foreach (int count in perShard)
        {
            most = Math.Max(most, count);
        }

        return (double)most * Shards / hashes.Length;
    }
}

namespace FastShardMap.Tests.Hashing;

/// <summary>How evenly hash codes fill a map of 16 shards with 256 groups of 7 slots each, at a load of 80 %.</summary>
internal readonly record struct HashSpread(
    HashSpread.Measure Overflow,
    HashSpread.Measure TagCollisions,
    HashSpread.Measure ShardImbalance,
    HashSpread.Measure GroupImbalance)
{
    internal const int Keys = Shards * Groups * Slots * 4 / 5;

    private const int ShardBits = 4;
    private const int GroupBits = 8;
    private const int TagBits = 7;
    private const int Shards = 1 << ShardBits;
    private const int Groups = 1 << GroupBits;
    private const int Slots = 7;

    // A megabyte-sized array for each of thousands of measurements would take longer than the measurements.
    [ThreadStatic]
    private static byte[]? t_perTag;

    /// <summary>
    /// Overflow: the part of the keys that find their group full. Tag collisions: pairs of equal tags within a group,
    /// in proportion to what is expected. Imbalances: the chi-square sums of keys per shard and of keys per group
    /// index, with 15 and 255 degrees of freedom.
    /// </summary>
    internal static HashSpread Of(ReadOnlySpan<ulong> hashes, string pattern)
    {
        int[] perGroup = new int[Shards * Groups];
        byte[] perTag = t_perTag ??= new byte[Shards * Groups << TagBits];
        Array.Clear(perTag);
        int[] perShard = new int[Shards];
        int[] perGroupIndex = new int[Groups];
        int overflow = 0;
        long pairs = 0, equalTags = 0;
        foreach (ulong hash in hashes)
        {
            int shard = (int)(hash & (Shards - 1));
            int groupIndex = (int)(hash >> (64 - GroupBits));
            int group = (shard << GroupBits) | groupIndex;
            int tag = (int)(hash >> ShardBits) & ((1 << TagBits) - 1);
            perShard[shard]++;
            perGroupIndex[groupIndex]++;
            ref byte sameTag = ref perTag[(group << TagBits) | tag];
            equalTags += sameTag;
            sameTag = (byte)Math.Min(sameTag + 1, byte.MaxValue);
            pairs += perGroup[group];
            overflow += perGroup[group]++ >= Slots ? 1 : 0;
        }

        return new(
            new((double)overflow / hashes.Length, pattern),
            new((double)equalTags / pairs * (1 << TagBits), pattern),
            new(ChiSquare(perShard, hashes.Length), pattern),
            new(ChiSquare(perGroupIndex, hashes.Length), pattern));
    }

    internal static HashSpread Worse(HashSpread left, HashSpread right) => new(
        Max(left.Overflow, right.Overflow),
        Max(left.TagCollisions, right.TagCollisions),
        Max(left.ShardImbalance, right.ShardImbalance),
        Max(left.GroupImbalance, right.GroupImbalance));

    private static Measure Max(Measure left, Measure right) => left.Value >= right.Value ? left : right;

    private static double ChiSquare(int[] counts, int total)
    {
        double expected = (double)total / counts.Length;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    internal readonly record struct Measure(double Value, string Pattern);
}

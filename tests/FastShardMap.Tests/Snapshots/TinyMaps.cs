namespace FastShardMap.Tests.Snapshots;

/// <summary>Hashes to few different values, so that groups overflow and walks are long.</summary>
internal readonly struct NarrowHasher : IKeyHasher<long>
{
    public ulong Hash(long key, HashSeed seed) => HashMixer.Mix((ulong)key % 13, seed);
}

/// <summary>Options that make rare states common.</summary>
internal static class TinyMaps
{
    public static ShardMapOptions Options(int shards = 2, int step = 1) =>
        new() { ShardCount = shards, MigrationStepGroups = step };

    public static ShardMap<long, long> Filled(int count, ShardMapOptions options)
    {
        ShardMap<long, long> map = new(options);
        for (long key = 0; key < count; key++)
        {
            map[key] = key;
        }

        map.TrimExcess(); // ends migrations
        return map;
    }

    public static void AssertSame<TKey, TValue>(
        IReadOnlyDictionary<TKey, TValue> expected, IEnumerable<KeyValuePair<TKey, TValue>> actual)
        where TKey : notnull
    {
        // Not a dictionary's constructor only: it must also be each key once, which this throws for.
        Dictionary<TKey, TValue> found = new(actual);
        Assert.Equal(expected.Count, found.Count);
        foreach ((TKey key, TValue value) in expected)
        {
            Assert.True(found.TryGetValue(key, out TValue? other), $"{key} is missing");
            Assert.Equal(value, other);
        }
    }
}

using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H11: keys that cluster by nature or by intent.</summary>
public sealed unsafe class H11FloodingTests
{
    private const int Entries = 20_000;

    public static TheoryData<string> Patterns =>
        [
            "sequential", "stride 8", "stride 4096", "stride 2^32", "high bits", "multiples of a prime", "bit reversed",
            "two halves",
        ];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Keys_OfAnyPattern_SpreadEvenly(string pattern)
    {
        using Map map = new(
            new ShardMapOptions { ShardCount = 4, Seed = new HashSeed(0x9FB2_1C65_1E98_DF25, 0xD6E8_FEB8_6659_FD93) });
        for (ulong i = 0; i < Entries; i++)
        {
            map[KeyOf(pattern, i)] = i;
        }

        AssertEven(map);
    }

    /// <summary>Keys that share shard, tag and home in one map, all of them, spread in another.</summary>
    [Fact]
    public void Keys_ChosenAgainstOneMap_AreHarmlessInTheNext()
    {
        const int Chosen = 1000;
        using Map first = new(new ShardMapOptions { ShardCount = 4 });
        HashSeed seed = new(first.Shards.Header->Seed0, first.Shards.Header->Seed1);
        const ulong SameBits = 0xFC00_0000_000E_0060; // 6 of the home, 3 of the tag, the shard
        ulong target = HashMixer.Mix(0, seed) & SameBits;
        List<ulong> keys = [];
        for (ulong key = 0; keys.Count < Chosen; key++)
        {
            if ((HashMixer.Mix(key, seed) & SameBits) == target)
            {
                keys.Add(key);
            }
        }

        using Map second = new(new ShardMapOptions { ShardCount = 4 });
        foreach (ulong key in keys)
        {
            first[key] = key;
            second[key] = key;
        }

        // The attack works where the seed is known, and even there answers are right and memory stays in bounds.
        Assert.Equal(Chosen, first.GetStatistics().LargestShardCount);
        Assert.InRange(first.Capacity, Chosen, Chosen * 4);
        Assert.Empty(first.Shards.FindViolations());
        Assert.All(keys, key => Assert.Equal(key, first[key]));
        Assert.InRange(second.GetStatistics().LargestShardCount, 250, 350);
        AssertEven(second);
    }

    [Fact]
    public void Seeds_OfMaps_Differ()
    {
        HashSet<(ulong, ulong)> seeds = [];
        for (int i = 0; i < 50; i++)
        {
            using Map map = new(new ShardMapOptions { ShardCount = 1 });
            Assert.True(seeds.Add((map.Shards.Header->Seed0, map.Shards.Header->Seed1)));
        }
    }

    [Fact]
    public void Hasher_Constant_GrowsByLoadAndStaysCorrect()
    {
        const int Equal = 2000;
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 4 });
        for (ulong key = 0; key < Equal; key++)
        {
            map[key] = key;
        }

        Assert.InRange(map.Capacity, Equal, Equal * 4);
        Assert.InRange(map.BytesAllocated, Equal * 16, Equal * 16 * 6);
        for (ulong key = 0; key < Equal; key++)
        {
            Assert.Equal(key, map[key]);
        }

        Assert.False(map.ContainsKey(Equal));
        for (ulong key = 0; key < Equal; key++)
        {
            Assert.True(map.TryRemove(key, out _));
        }

        Assert.Empty(map);
    }

    private static ulong KeyOf(string pattern, ulong i) => pattern switch
    {
        "sequential" => i,
        "stride 8" => i * 8,
        "stride 4096" => i * 4096,
        "stride 2^32" => i << 32,
        "high bits" => i << 49,
        "multiples of a prime" => i * 0x9E37_79B9_7F4A_7C15,
        "bit reversed" => Reverse(i),
        _ => (i << 32) | i,
    };

    private static ulong Reverse(ulong value)
    {
        ulong reversed = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            reversed = (reversed << 1) | ((value >> bit) & 1);
        }

        return reversed;
    }

    private static void AssertEven(Map map)
    {
        long[] lengths = map.GetProbeLengths();
        Assert.InRange((double)lengths[0] / map.Count, 0.7, 1);
        Assert.Equal(0, lengths[24..].Sum());
        Assert.Equal(0, map.GetStatistics().SaturatedGroups);
        Assert.InRange(map.Capacity, map.Count, map.Count * 4);
        Assert.InRange(map.GetStatistics().LargestShardCount, map.Count / 4, (map.Count / 4) + (map.Count / 10));
    }
}

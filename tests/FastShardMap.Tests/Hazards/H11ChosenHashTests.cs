using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// H11, structs of the user's: a seed cannot part keys whose own hash codes are equal; a hasher of all fields does.
/// </summary>
public sealed class H11ChosenHashTests
{
    private const int Chosen = 2000;

    [Fact]
    public void Keys_WithEqualHashCodes_CollideInEveryMapWithTheDefaultHasher()
    {
        for (int round = 0; round < 2; round++)
        {
            using ShardMap<Position, int> map = new(new ShardMapOptions { ShardCount = 4 });
            Fill(map);
            Assert.Equal(Chosen, map.GetStatistics().LargestShardCount); // one shard has them all
            Assert.InRange(MeanLength(map), 20, Chosen);
        }
    }

    [Fact]
    public void Keys_WithEqualHashCodes_SpreadUnderAHasherOfAllFields()
    {
        using ShardMap<Position, int, FieldHasher> fields = new(new ShardMapOptions { ShardCount = 4 });
        using ShardMap<Position, int, BytewiseHasher> bytes = new(new ShardMapOptions { ShardCount = 4 });
        Fill(fields);
        Fill(bytes);
        Assert.InRange(fields.GetStatistics().LargestShardCount, Chosen / 4, Chosen / 3);
        Assert.InRange(bytes.GetStatistics().LargestShardCount, Chosen / 4, Chosen / 3);
        Assert.InRange(MeanLength(fields), 0, 1);
        Assert.InRange(MeanLength(bytes), 0, 1);
    }

    /// <summary>A record's hash code is a linear function of its fields: the second field undoes the first.</summary>
    private static void Fill<THasher>(ShardMap<Position, int, THasher> map)
        where THasher : struct, IKeyHasher<Position>
    {
        int factor = new Position(1, 0).GetHashCode();
        for (int i = 0; i < Chosen; i++)
        {
            Position key = new(i, unchecked(-factor * i));
            Assert.Equal(0, key.GetHashCode());
            map.Add(key, i);
        }
    }

    private static double MeanLength<THasher>(ShardMap<Position, int, THasher> map)
        where THasher : struct, IKeyHasher<Position> =>
        map.GetProbeLengths(4096).Select(static (count, length) => (double)count * length).Sum() / map.Count;

    private readonly record struct Position(int X, int Y);

    private readonly struct FieldHasher : IKeyHasher<Position>
    {
        public ulong Hash(Position key, HashSeed seed) => HashMixer.Mix((uint)key.X, (uint)key.Y, seed);
    }

    private readonly struct BytewiseHasher : IKeyHasher<Position>
    {
        public ulong Hash(Position key, HashSeed seed) =>
            HashMixer.Mix(MemoryMarshal.AsBytes(new ReadOnlySpan<Position>(in key)), seed);
    }
}

using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>Checks of copies of a map in which random bits are flipped.</summary>
internal static class RandomDamage
{
    /// <summary>Checks a map again and again, each time with other damage. No check throws, and each ends.</summary>
    /// <returns>The number of rounds in which a damage was found.</returns>
    public static int Check<TKey, TValue, THasher>(
        ShardMap<TKey, TValue, THasher> map, Random random, int rounds)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
    {
        int found = 0;
        for (int round = 0; round < rounds; round++)
        {
            SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
            memory.FlipBits(random, 1 + random.Next(200));
            if (NativeMap.TryRead(memory, address, out _) is not { } native)
            {
                found++;
                continue;
            }

            found += MapChecker.Check(native).Errors > 0 ? 1 : 0;
            for (int shard = 0; shard < native.ShardCount; shard++)
            {
                _ = ShardFigures.Read(native, shard);
            }
        }

        return found;
    }
}

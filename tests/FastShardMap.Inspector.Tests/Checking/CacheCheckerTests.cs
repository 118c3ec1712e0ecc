using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>The check of caches, whose tables and records are those of maps.</summary>
public sealed unsafe class CacheCheckerTests
{
    private static readonly HashSeed s_seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    [Fact]
    public void Check_CacheWhoseValuesBecomeLonger_IsSoundAtEveryStep()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 2 << 20, ShardCount = 1, Seed = s_seed });
        int whileMoving = 0;
        FaultInjection.Post = static () => true; // only this thread moves records
        try
        {
            for (int step = 0; step < 40_000 && cache.GetStatistics().Compactions < 2; step++)
            {
                Assert.True(cache.Set(KeyOf(step % 9_000), new byte[10 + (step / 10)]));
                if (step % 7 == 0)
                {
                    cache.TryRemove(KeyOf(step * 31 % 9_000));
                }

                bool isMoving = cache.Inner.Sides->IsMoving != 0;
                if (isMoving ? whileMoving++ % 3 == 0 : step % 250 == 0)
                {
                    AssertSound(SnapshotMemory.Of(cache.Inner, out ulong address), address, "BlobShardCache");
                }
            }

            Assert.Equal(2, cache.GetStatistics().Compactions);
            Assert.InRange(whileMoving, 20, int.MaxValue);
            cache.Clear();
            AssertSound(SnapshotMemory.Of(cache.Inner, out ulong empty), empty, "BlobShardCache");
        }
        finally
        {
            FaultInjection.Post = null;
        }
    }

    [Fact]
    public void Check_CacheOfNumbers_IsSoundAtEveryStep()
    {
        using ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = 700, ShardCount = 2 });
        Random random = new(3);
        for (int step = 0; step < 8_000; step++)
        {
            long key = random.Next(2_000);
            cache.Set(key, key);
            cache.TryGetValue(random.Next(2_000), out _);
            cache.TryRemove(random.Next(2_000), out _);
            if (step % 1_000 == 999)
            {
                cache.Trim(100);
            }

            if (step % 3_000 == 2_999)
            {
                cache.Clear();
            }

            if (step % 97 == 0)
            {
                AssertSound(SnapshotMemory.Of(cache, out ulong address), address, "ShardCache<Int64, Int64>");
            }
        }
    }

    [Fact]
    public void Check_DamagedCount_IsFound()
    {
        using ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = 700, ShardCount = 1 });
        cache.Set(1, 1);
        SnapshotMemory memory = SnapshotMemory.Of(cache, out ulong address);
        AssertSound(memory, address, "ShardCache<Int64, Int64>");
        ulong sides = (ulong)memory.Get<MapHeader>(address).WriteSides;
        WriteSide side = memory.Get<WriteSide>(sides);
        side.Count = 2;
        memory.Set(sides, side);

        Assert.Contains(
            Check(memory, address, "ShardCache<Int64, Int64>").Rules,
            static found => found.Rule == "count" && found.Kind == FindingKind.Error);
    }

    private static string KeyOf(int number) => number % 2 == 0 ? $"{number}" : $"{number} is a key of many bytes";

    private static void AssertSound(SnapshotMemory memory, ulong address, string type)
    {
        Findings findings = Check(memory, address, type);
        Assert.True(findings.Errors == 0, string.Join('\n', findings.Examples));
    }

    private static Findings Check(SnapshotMemory memory, ulong address, string type)
    {
        NativeMap? map = NativeMap.TryRead(memory, address, out string? problem);
        Assert.True(map is not null, problem);
        Assert.Equal(type, map.TypeText);
        return MapChecker.Check(map);
    }
}

using System.Globalization;
using FastShardMap.Memory;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Moving the records of a cache together, in steps between other operations.</summary>
public sealed class BlobCacheCompactionTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Write_WhileRecordsAreMoved_KeepsEveryInvariant()
    {
        using BlobShardCache cache = New(2 * MiB, shards: 1);
        Random random = new(TestSeed.For(nameof(Write_WhileRecordsAreMoved_KeepsEveryInvariant)));
        Dictionary<string, byte[]> last = new(StringComparer.Ordinal);
        byte[] room = new byte[10_000];
        int seen = 0;
        FaultInjection.Post = static () => true; // only writes go on with it
        try
        {
            for (int i = 0; i < 30_000; i++)
            {
                string key = KeyOf(random.Next(3_000));
                switch (random.Next(8))
                {
                    case 0:
                        cache.TryRemove(key);
                        last.Remove(key);
                        break;
                    case 1 or 2:
                        if (cache.TryGetValue(key, room, out int length))
                        {
                            Assert.True(room.AsSpan(0, length).SequenceEqual(last[key]));
                        }

                        break;
                    default:
                        byte[] value = BlobBytes.Create(i, (i / 12) + random.Next(100));
                        Assert.True(cache.Set(key, value));
                        last[key] = value;
                        break;
                }

                if (IsCompacting(cache) && seen++ % 20 == 0)
                {
                    Assert.Empty(cache.Inner.FindViolations());
                }

                Assert.True(cache.BytesAllocated <= cache.MaxBytes);
            }
        }
        finally
        {
            FaultInjection.Post = null;
        }

        Assert.InRange(seen, 100, int.MaxValue);
        Assert.InRange(cache.GetStatistics().Compactions, 2, long.MaxValue);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void Clear_WhileRecordsAreMoved_EndsThat()
    {
        using BlobShardCache cache = New(2 * MiB, shards: 1);
        for (int round = 0; round < 5; round++)
        {
            Drift(cache, static cache => IsCompacting(cache));
            cache.Clear();
            Assert.False(IsCompacting(cache));
            Assert.Equal(0, cache.GetStatistics().RecordBytes);
            Assert.Empty(cache.Inner.FindViolations());
        }
    }

    [Fact]
    public void Compaction_NoMoreWrites_IsFinishedInTheBackground()
    {
        using BlobShardCache cache = New(4 * MiB, shards: 1);
        Drift(cache, static cache => IsCompacting(cache));
        Assert.True(
            SpinWait.SpinUntil(() => !IsCompacting(cache), TimeSpan.FromSeconds(30)), "the records are still moved");
        Assert.InRange(cache.GetStatistics().Compactions, 1, long.MaxValue);
        Assert.Empty(cache.Inner.FindViolations());
    }

    /// <summary>Without a maintenance thread, the writes to the shard go on.</summary>
    [Fact]
    public void Compaction_NoThread_IsFinishedByLaterWrites()
    {
        using BlobShardCache cache = New(4 * MiB, shards: 1);
        FaultInjection.Post = static () => true;
        try
        {
            Drift(cache, static cache => IsCompacting(cache));
            Assert.True(IsCompacting(cache));
            for (int i = 0; i < 1_000; i++)
            {
                cache.TryRemove("none");
            }

            Assert.False(IsCompacting(cache));
            Assert.Equal(1, cache.GetStatistics().Compactions);
        }
        finally
        {
            FaultInjection.Post = null;
        }

        Assert.Empty(cache.Inner.FindViolations());
    }

    /// <summary>A shard that gets no more writes does not keep others from moving their records.</summary>
    [Fact]
    public void Compaction_OfAnIdleShard_IsFinishedByTheNextShardThatNeedsIt()
    {
        using BlobShardCache cache = New(8 * MiB, shards: 2);
        FaultInjection.Post = static () => true;
        try
        {
            Drift(cache, static cache => cache.GetStatistics().Compactions >= 4);
            Assert.InRange(cache.GetStatistics().Compactions, 4, long.MaxValue);
            Assert.True(cache.BytesAllocated <= cache.MaxBytes);
        }
        finally
        {
            FaultInjection.Post = null;
        }

        Assert.Empty(cache.Inner.FindViolations());
    }

    /// <summary>Another shard is being compacted all the time, so this one can only evict. Released records of other
    /// lengths are of no use, also when they are all that it has.</summary>
    [Fact]
    public unsafe void Set_FullShardBesideAnotherCompaction_StaysWithinItsRoom()
    {
        using BlobShardCache cache = New(2 * MiB, shards: 1);
        cache.Inner.Sides->Compacting = long.MaxValue; // no shard of this cache
        int emptied = 0;
        for (int length = 10; length < 4_000; length += 300)
        {
            for (int i = 0; i < 2 * MiB / length; i++)
            {
                Assert.True(cache.Set(KeyOf(i), BlobBytes.Create(i, length)));
                emptied += cache.Count == 1 ? 1 : 0;
            }

            Assert.Empty(cache.Inner.FindViolations());
            Assert.InRange(cache.BytesAllocated, 0, cache.MaxBytes);
            Assert.True(cache.ContainsKey(KeyOf((2 * MiB / length) - 1)));
        }

        Assert.InRange(emptied, 2, int.MaxValue); // the first entry, and one for which all others were evicted
        cache.Inner.Sides->Compacting = 0;
        cache.Clear();
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void Compaction_NoMemory_LeavesTheRestWhereItIs()
    {
        using BlobShardCache cache = New(4 * MiB, shards: 1);
        FaultInjection.Post = static () => true;
        try
        {
            for (int round = 0; round < 3; round++)
            {
                Drift(cache, static _ => false, (cache, i) =>
                {
                    FaultInjection.Allocate = IsCompacting(cache) || i % 50 == 0 ? static _ => true : null;
                });
                FaultInjection.Allocate = null;
                Assert.Empty(cache.Inner.FindViolations());
            }
        }
        finally
        {
            FaultInjection.Allocate = null;
            FaultInjection.Post = null;
        }

        Assert.True(cache.Set("after", new byte[1_000]));
        Assert.True(cache.ContainsKey("after"));
    }

    /// <summary>The shards need the room for copies one after the other.</summary>
    [Fact]
    public void Compaction_OfManyShards_StaysBelowTheLimit()
    {
        using BlobShardCache cache = New(8 * MiB, shards: 8);
        Race race = new(Soak.Time(2));
        for (int writer = 0; writer < 2; writer++)
        {
            Random random = new(writer);
            byte[] value = new byte[5_000];
            race.Loop($"writer {writer}", round => SetDrifting(cache, random, value, round));
        }

        race.Run();

        // On a slow machine the lengths have not drifted far enough by then.
        Random last = new(2);
        byte[] room = new byte[5_000];
        for (int round = 0; round < 400_000 && cache.GetStatistics().Compactions < 2; round++)
        {
            SetDrifting(cache, last, room, round);
        }

        Assert.Empty(cache.Inner.FindViolations());
        Assert.InRange(cache.GetStatistics().Compactions, 2, long.MaxValue);

        static void SetDrifting(BlobShardCache cache, Random random, byte[] value, int round)
        {
            int i = random.Next(20_000);
            Span<byte> bytes = value.AsSpan(0, 10 + (round / 40 % 4_000) + random.Next(100));
            BlobBytes.Fill(i, bytes);
            Assert.True(cache.Set(KeyOf(i), bytes));
            Assert.True(cache.BytesAllocated <= cache.MaxBytes);
        }
    }

    [Fact]
    public void Dispose_WhileRecordsAreMoved_EndsThat()
    {
        for (int round = 0; round < 20; round++)
        {
            BlobShardCache cache = New(2 * MiB, shards: 1);
            Drift(cache, static cache => IsCompacting(cache));
            cache.Dispose();
            Assert.InRange(cache.BytesAllocated, 0, 4_096);
        }
    }

    private static BlobShardCache New(long maxBytes, int shards) =>
        new(new ShardCacheOptions { MaxBytes = maxBytes, ShardCount = shards });

    private static unsafe bool IsCompacting(BlobShardCache cache) =>
        Volatile.Read(ref cache.Inner.Sides->Compacting) != 0;

    /// <summary>Stores values whose lengths grow, so that released records are of no use.</summary>
    private static void Drift(
        BlobShardCache cache, Func<BlobShardCache, bool> isEnough, Action<BlobShardCache, int>? beforeEach = null)
    {
        for (int i = 0; i < 40_000 && !isEnough(cache); i++)
        {
            beforeEach?.Invoke(cache, i);
            try
            {
                cache.Set(KeyOf(i % 9_000), BlobBytes.Create(i, 10 + (i / 10)));
            }
            catch (OutOfMemoryException)
            {
                Assert.NotNull(FaultInjection.Allocate);
            }
        }
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"{i} is a key of more than fifteen bytes");
}

using System.Runtime.CompilerServices;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H2: memory freed under a reader, by a resize, by Dispose, by the finalizer.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class H02LifetimeTests
{
    private static FinalizedMap? s_resurrected;

    [Fact]
    public void Dispose_RacingWithEveryOperation_ThrowsObjectDisposedAndNothingElse()
    {
        Random random = new(TestSeed.For(nameof(Dispose_RacingWithEveryOperation_ThrowsObjectDisposedAndNothingElse)));
        DateTime end = DateTime.UtcNow + Soak.Time(4);
        for (int round = 0; DateTime.UtcNow < end || round < MapOperation.All.Count; round++)
        {
            MapOperation first = MapOperation.All[round % MapOperation.All.Count];
            MapOperation second = MapOperation.All[random.Next(MapOperation.All.Count)];
            using Map map = new(
                new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1, BackgroundMigration = round % 16 == 0 });
            int entries = random.Next(1, 400);
            for (ulong key = 0; key < (ulong)entries; key++)
            {
                map[key] = key;
            }

            int spins = random.Next(2000);
            Race race = new(TimeSpan.FromSeconds(20));
            race.Once("dispose", () =>
            {
                Thread.SpinWait(spins);
                map.Dispose();
                race.Stop();
            });
            race.Loop($"{first}", key => CallUntilDisposed(map, first, (ulong)key));
            race.Loop($"{second}", key => CallUntilDisposed(map, second, (ulong)key % 50));
            race.Run();
            Assert.Throws<ObjectDisposedException>(() => map[1]);

            // A migration in the background may just have finished, and gives its table back after the call.
            Assert.True(
                SpinWait.SpinUntil(() => map.BytesAllocated <= 4096, TimeSpan.FromMinutes(1)),
                $"{map.BytesAllocated} bytes are left");
        }
    }

    [Fact]
    public void Dispose_FromManyThreads_HappensOnce()
    {
        for (int round = 0; round < 200; round++)
        {
            Map map = new(new ShardMapOptions { ShardCount = 4 });
            for (ulong key = 0; key < 300; key++)
            {
                map[key] = key;
            }

            Race race = new(TimeSpan.FromSeconds(20));
            for (int thread = 0; thread < 3; thread++)
            {
                race.Once($"dispose {thread}", map.Dispose);
            }

            race.Run();
            Assert.InRange(map.BytesAllocated, 0, 4096);
        }
    }

    [Fact]
    public void Dispose_WritersWaitForTheLock_AreWokenAndThrow()
    {
        Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim proceed = new();
        Exception?[] outcomes = new Exception?[3];
        Thread owner = new(() => map.TryUpdate(1, (ref ulong _, int _) =>
        {
            inside.Set();
            proceed.Wait();
        }, 0)) { IsBackground = true };
        owner.Start();
        inside.Wait();
        Thread[] waiting = Enumerable.Range(0, outcomes.Length)
            .Select(
                index => new Thread(() => outcomes[index] = Record.Exception(() => map[5] = 5)) { IsBackground = true })
                    .ToArray();
        Array.ForEach(waiting, static thread => thread.Start());
        Thread disposing = new(map.Dispose) { IsBackground = true };
        disposing.Start();
        Assert.True(SpinWait.SpinUntil(() => map.Shards.IsDisposed, TimeSpan.FromSeconds(20)));
        Thread.Sleep(50); // long enough for all to be parked
        proceed.Set();
        Assert.All(
            waiting.Append(disposing).Append(owner),
            static thread => Assert.True(thread.Join(TimeSpan.FromSeconds(20)), "A thread was not woken."));
        Assert.All(outcomes, static outcome => Assert.IsType<ObjectDisposedException>(outcome));
    }

    /// <summary>A stale reader may hold any address the map ever had.</summary>
    [Fact]
    public void RetiredTables_WhileTheMapLives_StayMapped()
    {
        HashSet<nuint> bases = [];
        using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int round = 0; round < 3; round++)
        {
            for (ulong key = 0; key < 40_000; key++)
            {
                map[key] = key;
                if (key % 64 == 0)
                {
                    bases.Add((nuint)map.Shards.Header->Views[0].Current.Base);
                }
            }

            map.Clear();
            map.TrimExcess();
        }

        map.Dispose();
        Assert.InRange(bases.Count, 8, int.MaxValue);
        foreach (nuint address in bases)
        {
            _ = Volatile.Read(ref *(byte*)address); // ends the process if it is not
        }

        GC.KeepAlive(map);
    }

    /// <summary>
    /// The table is replaced, retired and zeroed between two looks of a lookup, with the key present throughout.
    /// </summary>
    [Fact]
    public void Read_TableReplacedInTheMiddle_FindsTheKeyInTheNewOne()
    {
        for (int comparison = 1; comparison <= 20; comparison++)
        {
            using ShardMap<HookedKey, long, HookedKey.Hasher> map = new(new ShardMapOptions { ShardCount = 1 });
            const int Last = 15; // some groups from its home
            for (int number = 0; number <= Last; number++)
            {
                map[new HookedKey(number)] = number;
            }

            int left = comparison;
            HookedKey.OnEquals = _ =>
            {
                // Without a lock held, a lookup's Equals may write.
                if (--left == 0 && map.Shards.Header->WriteSides[0].Lock == 0)
                {
                    HookedKey.OnEquals = null;
                    map.EnsureCapacity(500);
                    map.Shards.Arena.DrainRetired();
                }
            };
            try
            {
                Assert.True(
                    map.TryGetValue(new HookedKey(Last), out long value),
                    $"A key is missed, at comparison {comparison}.");
                Assert.Equal(Last, value);
            }
            finally
            {
                HookedKey.OnEquals = null;
            }
        }
    }

    [Fact]
    public void Finalization_MapsDroppedInUse_ReleasesTheirMemory()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes;
        Race race = new(Soak.Time(1));
        race.Loop("drop maps", UseAndDrop);
        race.Loop("drop more", UseAndDrop);
        race.Loop("collect", static () => GC.Collect());
        race.Run();
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    Collect();
                    return Arena.ProcessMappedBytes <= mapped;
                },
                TimeSpan.FromSeconds(60)),
            "The address space of dropped maps is not released.");
    }

    [Fact]
    public void Resurrection_ByAUsersFinalizer_LeavesTheMapWhole()
    {
        CreateForResurrection();
        Collect();
        UseResurrected();
        Collect();
        UseResurrected();
        s_resurrected!.Map.Dispose();
        s_resurrected = null;
        Collect();
    }

    private static void CallUntilDisposed(Map map, MapOperation operation, ulong key)
    {
        try
        {
            operation.Call(map, key);
        }
        catch (ObjectDisposedException)
        {
            Assert.True(map.Shards.IsDisposed);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseAndDrop()
    {
        Map map = new(new ShardMapOptions { ShardCount = 2 });
        for (ulong key = 0; key < 500; key++)
        {
            map[key] = key;
        }

        // The last use of the map is inside an operation: nothing but its KeepAlive holds it.
        Assert.Equal(499UL, map[499]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CreateForResurrection()
    {
        FinalizedMap finalized = new();
        for (ulong key = 0; key < 1000; key++)
        {
            finalized.Map[key] = ~key;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseResurrected()
    {
        Map map = s_resurrected!.Map;
        Assert.Equal(1000, map.Count);
        for (ulong key = 0; key < 1000; key++)
        {
            Assert.Equal(~key, map[key]);
        }

        map[1] = ~1UL;
        Assert.Empty(map.Shards.FindViolations());
    }

    private static void Collect()
    {
        for (int i = 0; i < 4; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private sealed class FinalizedMap
    {
        ~FinalizedMap() => s_resurrected = this;

        public Map Map { get; } = new(new ShardMapOptions { ShardCount = 2 });
    }
}

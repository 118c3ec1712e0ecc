using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>What callbacks may do, and what an exception of theirs leaves behind.</summary>
public sealed class CallbackTests
{
    public static TheoryData<int> Sites => [.. Enumerable.Range(0, CallbackSite.All.Count)];

    [Theory]
    [MemberData(nameof(Sites))]
    public void Callback_Returns_ItsValueIsStored(int index)
    {
        CallbackSite site = CallbackSite.All[index];
        foreach (Map map in Maps(site))
        {
            site.Call(map, 1, static () => { });
            Assert.Equal(777UL, map[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Callback_Throws_EntryUnchangedAndMapUsable(int index)
    {
        CallbackSite site = CallbackSite.All[index];
        foreach (Map map in Maps(site))
        {
            long count = map.Count;
            Assert.Throws<TimeZoneNotFoundException>(
                () => site.Call(map, 1, static () => throw new TimeZoneNotFoundException()));
            Assert.Equal(count, map.Count);
            Assert.Equal(site.NeedsEntry, map.TryGetValue(1, out ulong value));
            Assert.Equal(site.NeedsEntry ? 42UL : 0UL, value);
            Assert.Empty(map.Shards.FindViolations());

            // The lock is free, on every thread.
            Thread other = new(() => map[1] = 43) { IsBackground = true };
            other.Start();
            Assert.True(other.Join(TimeSpan.FromSeconds(30)), "The lock was not given up.");
            map[1] = 44;
            Assert.Equal(44UL, map[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Callback_CallsBack_ReadsWorkAndWritesAreRefused(int index)
    {
        CallbackSite site = CallbackSite.All[index];
        foreach (Map map in Maps(site))
        {
            // The key of the callback, one of the same shard, one of another, and absent ones.
            foreach (ulong key in new ulong[] { 1, 2, 3, 4, 1_000_000, 1_000_001 })
            {
                foreach (MapOperation operation in MapOperation.All)
                {
                    if (site.NeedsEntry)
                    {
                        map[1] = 42;
                    }
                    else
                    {
                        map.TryRemove(1, out _);
                    }

                    Exception? inside = null;
                    bool present = false;
                    site.Call(map, 1, () =>
                    {
                        present = map.ContainsKey(key);
                        inside = Record.Exception(() => operation.Call(map, key));
                    });

                    // GetOrAdd of a present key only reads.
                    bool mayRead = operation.IsRead
                        || (operation.Member.Contains(" GetOrAdd", StringComparison.Ordinal) && present);
                    Assert.True(
                        mayRead ? inside is null : inside is InvalidOperationException and not ObjectDisposedException,
                        $"{site} → {operation} of {key}: {inside?.ToString() ?? "no exception"}");
                    Assert.Equal(777UL, map[1]);
                }
            }

            Assert.Empty(map.Shards.FindViolations());
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Callback_DisposesTheMap_IsRefusedAndTheMapLives(int index)
    {
        CallbackSite site = CallbackSite.All[index];
        foreach (Map map in Maps(site))
        {
            site.Call(map, 1, () => Assert.Throws<InvalidOperationException>(map.Dispose));
            Assert.Equal(777UL, map[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Callback_UsesAnotherMap_Works(int index)
    {
        CallbackSite site = CallbackSite.All[index];
        using Map other = new(new ShardMapOptions { ShardCount = 1 });
        foreach (Map map in Maps(site))
        {
            site.Call(map, 1, () =>
            {
                foreach (MapOperation operation in MapOperation.All)
                {
                    operation.Call(other, 5);
                }

                // Two levels down the first map is still refused.
                other.AddOrUpdate(6, 0, (_, _) => 1);
                other.AddOrUpdate(
                    6, 0, (_, value) => Record.Exception(() => map[1] = 9) is InvalidOperationException ? 2UL : 3UL);
                Assert.Equal(2UL, other[6]);
            });
            Assert.Equal(777UL, map[1]);
        }
    }

    [Fact]
    public void Functors_ByReference_KeepTheirState()
    {
        using Map map = new();
        MapOperation.Functor functor = default;
        map.GetOrAdd(1, ref functor);
        map.GetOrAdd(1, ref functor); // present: not called
        map.AddOrUpdate(1, ref functor);
        map.AddOrUpdate(2, ref functor);
        map.TryUpdate(1, ref functor);
        map.TryUpdate(3, ref functor); // absent: not called
        map.TryUpdateOrRemove(2, ref functor);
        map.TryUpdateOrRemove(3, ref functor); // absent: not called
        Assert.Equal(5, functor.Calls);
    }

    // Settled and in the middle of a migration, with the key of the test as the site needs it.
    private static IEnumerable<Map> Maps(CallbackSite site)
    {
        foreach (int shards in new[] { 1, 4 })
        {
            Map map = new(new ShardMapOptions { ShardCount = shards, MigrationStepGroups = 1 });
            ulong key = 2;
            for (; key < 50; key++)
            {
                map[key] = key;
            }

            Prepare(map);
            yield return map;

            while (map.GetStatistics().MigrationsActive < shards && key < 3000)
            {
                map[key++] = 1;
            }

            Prepare(map);
            yield return map;
            map.Dispose();
        }

        void Prepare(Map map)
        {
            map.TryRemove(1, out _);
            if (site.NeedsEntry)
            {
                map[1] = 42;
            }
        }
    }
}

using FastShardMap.Caching;
using FastShardMap.ConcurrencyTests.Scheduling;
using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tables;
using Cache =
    FastShardMap.ShardCache<ulong, FastShardMap.ConcurrencyTests.Scenarios.Pair,
        FastShardMap.ConcurrencyTests.Scenarios.PlacedHasher>;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A lookup of an entry that its home group does not answer, with a writer's steps at a chosen place of it:
/// one thread does both, so the order is always the same.</summary>
public sealed unsafe class CachePathTests
{
    private const int Limit = 50;
    private const int Keys = 20;

    /// <summary>So many versions at most are read by the search of the home group and the loop of the path
    /// together.</summary>
    private const int VersionReadsOfPath = 3;

    /// <summary>The group is being written when the loop of the path comes to it, and half of the value is
    /// new.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lookup_GroupThatIsBeingWritten_WaitsForTheWholeValue(bool isAtHome)
    {
        using Cache cache = Create(out ulong key, isAtHome);
        Place place = PlaceOf(cache, key);
        CacheEntry<Pair>* entry = Table<ulong, CacheEntry<Pair>>.ValueAt((Group*)place.Group, place.Slot);
        GroupVersion.BeginWrite((Group*)place.Group);
        entry->Value.First = 2;
        int reads = 0;
        bool isWritten = false;
        Pair value = default;
        bool found = false;
        Interruption.Run(
            (step, _) =>
            {
                reads += step == "reader: version" ? 1 : 0;
                if (!isWritten && reads > VersionReadsOfPath)
                {
                    FinishWrite(place);
                    isWritten = true;
                }
            },
            () => found = cache.TryGetValue(key, out value));

        Assert.True(isWritten, "The lookup has answered before the write was over.");
        Assert.Equal((true, 2UL), (found, value.Number));
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>Another key takes the slot after the reader has copied the key.</summary>
    [Fact]
    public void Lookup_SlotReusedAfterItsKeyWasCopied_FindsNothing()
    {
        using Cache cache = Create(out ulong key, isAtHome: false);
        Place place = PlaceOf(cache, key);
        ulong other = PlacedHasher.Key(0, Keys + 1, Keys + 1);
        bool isReused = false;
        bool found = true;
        Pair value = Pair.Of(7);
        Interruption.Run(
            (step, address) =>
            {
                if (!isReused && step == "reader: value" && place.Holds(address))
                {
                    isReused = true;
                    Assert.True(cache.TryRemove(key, out _));
                    Assert.True(cache.TryAdd(other, Pair.Of(3)));
                }
            },
            () => found = cache.TryGetValue(key, out value));

        Assert.True(isReused);
        Assert.Equal(place, PlaceOf(cache, other));
        Assert.Equal((false, 0UL), (found, value.Number));
        Assert.True(cache.TryGetValue(other, out value) && value.Number == 3);
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>The value is replaced after the reader has copied it, and before it looks at the version
    /// again.</summary>
    [Fact]
    public void Lookup_ValueReplacedAfterItWasCopied_ReadsAgain()
    {
        using Cache cache = Create(out ulong key, isAtHome: false);
        Place place = PlaceOf(cache, key);
        bool isCopied = false;
        bool isReplaced = false;
        Pair value = default;
        bool found = false;
        Interruption.Run(
            (step, address) =>
            {
                isCopied |= step == "reader: value" && place.Holds(address);
                if (isCopied && !isReplaced && step == "reader: version again")
                {
                    isReplaced = true;
                    cache.Set(key, Pair.Of(2));
                }
            },
            () => found = cache.TryGetValue(key, out value));

        Assert.True(isReplaced);
        Assert.Equal((true, 2UL), (found, value.Number));
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>The lookup that also tells the time has a search of its own. A writer begins before it copies the
    /// value, and ends when it asks for the version again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LookupWithTime_GroupWrittenDuringTheCopy_ReturnsTheWholeValue(bool isAtHome)
    {
        using Cache cache = Create(out ulong key, isAtHome);
        Place place = PlaceOf(cache, key);
        bool isBegun = false;
        bool isWritten = false;
        Pair value = default;
        bool found = false;
        Interruption.Run(
            (step, address) =>
            {
                if (!isBegun && step == "reader: value" && place.Holds(address))
                {
                    isBegun = true;
                    GroupVersion.BeginWrite((Group*)place.Group);
                    Table<ulong, CacheEntry<Pair>>.ValueAt((Group*)place.Group, place.Slot)->Value.First = 2;
                }
                else if (isBegun && !isWritten && step == "reader: version again")
                {
                    isWritten = true;
                    FinishWrite(place);
                }
            },
            () => found = cache.TryGetValue(key, out value, out _));

        Assert.True(isBegun);
        Assert.True(isWritten, "The lookup has not asked for the version again.");
        Assert.Equal((true, 2UL), (found, value.Number));
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>The default hasher runs no code of a program, so the store is tried in place first.</summary>
    [Fact]
    public void Store_ExpiredEntry_IsAnAdditionAndNotAnUpdateInPlace()
    {
        CoarseTick.Now = 0; // another test may have moved the clock
        CoarseClock.Refresh();
        using ShardCache<ulong, ulong> cache = new(new ShardCacheOptions { MaxEntries = Limit, ShardCount = 1 });
        TimeSpan life = TimeSpan.FromMinutes(1);
        cache.Set(1, 10, life);
        cache.Set(1, 11, life);
        Assert.Equal(1, cache.GetStatistics().Added);
        CoarseTick.Now += ExpiryTick.LifeOf(life) + 2;
        cache.Set(1, 12);
        Assert.Equal((2, 1), (cache.GetStatistics().Added, cache.GetStatistics().Expired));
        Assert.True(cache.TryGetValue(1, out ulong value) && value == 12);
    }

    /// <summary>A write in place began before this thread took the lock of the shard. What this thread removes has the
    /// value of that write, and not a part of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Removal_GroupLockedByAWriteInPlace_HasTheWholeValue(bool isEviction)
    {
        using Cache cache = Create(out ulong key, isAtHome: true);
        key = isEviction ? FirstEvicted() : key;
        Place place = PlaceOf(cache, key);
        VersionWord version = GroupVersion.BeginRead((Group*)place.Group);
        Assert.True(GroupVersion.TryLock((Group*)place.Group, version, Sharding.ThreadState.Current));
        Table<ulong, CacheEntry<Pair>>.ValueAt((Group*)place.Group, place.Slot)->Value.First = 2;
        bool isWritten = false;
        Pair value = default;
        Interruption.Run(
            (step, _) =>
            {
                if (!isWritten && step == "writer: group owner")
                {
                    isWritten = true;
                    Table<ulong, CacheEntry<Pair>>.ValueAt((Group*)place.Group, place.Slot)->Value.Second = 2;
                    GroupVersion.Unlock((Group*)place.Group, version, changed: true);
                }
            },
            () =>
            {
                if (isEviction)
                {
                    Assert.Equal(1, cache.Trim(1));
                }
                else
                {
                    Assert.True(cache.TryRemove(key, out value));
                }
            });

        Assert.True(isWritten);
        Assert.True(cache.Removals!.TryRead(out ShardCacheRemoval<ulong, Pair> removal));
        Assert.Equal((key, 2UL), (removal.Key, removal.Value.Number));
        Assert.True(isEviction || value.Number == 2);
        Assert.Empty(cache.FindViolations());
    }

    private static void FinishWrite(Place place)
    {
        Table<ulong, CacheEntry<Pair>>.ValueAt((Group*)place.Group, place.Slot)->Value.Second = 2;
        GroupVersion.EndWrite((Group*)place.Group);
    }

    /// <summary>All keys have one home group, which has no room for most of them.</summary>
    private static Cache Create(out ulong key, bool isAtHome)
    {
        Cache cache = new(new ShardCacheOptions
        {
            MaxEntries = Limit, ShardCount = 1, Seed = new HashSeed(1, 2), PendingRemovals = 10,
        });
        for (int id = 0; id < Keys; id++)
        {
            cache.Set(PlacedHasher.Key(0, id, id), Pair.Of(1));
        }

        int chosen = isAtHome ? 0 : Keys / 2;
        key = PlacedHasher.Key(0, chosen, chosen);
        Assert.Equal(isAtHome ? 0UL : 1UL, PlaceOf(cache, key).Index);
        return cache;
    }

    private static ulong FirstEvicted()
    {
        using Cache cache = Create(out _, isAtHome: true);
        Assert.Equal(1, cache.Trim(1));
        Assert.True(cache.Removals!.TryRead(out ShardCacheRemoval<ulong, Pair> removal));
        return removal.Key;
    }

    private static Place PlaceOf(Cache cache, ulong key)
    {
        TableRef table = cache.Shards.Header->Views[0].Current;
        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = Table<ulong, CacheEntry<Pair>>.GroupAt(table, index);
            foreach (int slot in Table<ulong, CacheEntry<Pair>>.Occupied(group->Control))
            {
                if (*Table<ulong, CacheEntry<Pair>>.KeyAt(group, slot) == key)
                {
                    return new Place(index, (nint)group, slot);
                }
            }
        }

        throw new KeyNotFoundException();
    }

    private readonly record struct Place(ulong Index, nint Group, int Slot)
    {
        public bool Holds(nint entry) =>
            entry == (nint)Table<ulong, CacheEntry<Pair>>.ValueAt((Layout.Group*)Group, Slot);
    }
}

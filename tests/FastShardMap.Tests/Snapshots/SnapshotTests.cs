using System.Runtime.CompilerServices;
using FastShardMap.Memory;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Snapshots;

public class SnapshotTests
{
    [Fact]
    public void Snapshot_EmptyMap_IsEmpty()
    {
        using ShardMap<long, long> map = new();
        using ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        map[1] = 2;

        Assert.True(snapshot.IsEmpty);
        Assert.Empty(snapshot);
        Assert.Empty(snapshot.ToArray());
        Assert.False(snapshot.ContainsKey(1));
    }

    /// <summary>A write moves its group out of the frozen table, ahead of the migration's cursor.</summary>
    [Fact]
    public void FindViolations_GroupsMovedAheadOfTheCursor_FindsNone()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 1));
        for (long key = 0; key < 300; key++)
        {
            map[key] = key;
        }

        using ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow: false);
        int looks = 0;
        for (long key = 0; map.GetStatistics().MigrationsActive != 0; key++, looks++)
        {
            map[key] = -1;
            Assert.Empty(map.Shards.FindViolations());
        }

        Assert.InRange(looks, 2, 500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_LaterWrites_DoNotShow(bool copyNow)
    {
        using ShardMap<long, long> map = new(TinyMaps.Options());
        Dictionary<long, long> expected = [];
        for (long key = 0; key < 500; key++)
        {
            map[key] = expected[key] = key * 3;
        }

        using ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow);
        Assert.Equal(copyNow ? 0 : 2, map.GetStatistics().MigrationsActive);
        for (long key = 0; key < 500; key++)
        {
            switch (key % 3)
            {
                case 0:
                    map[key] = -1;
                    break;
                case 1:
                    Assert.True(map.TryRemove(key, out long removed));
                    Assert.Equal(key * 3, removed);
                    break;
                default:
                    Assert.True(map.TryAdd(key + 1000, -2));
                    break;
            }
        }

        Assert.Equal(500, snapshot.Count);
        TinyMaps.AssertSame(expected, snapshot);
        Assert.Equal(499, map.Count);
        Assert.Equal((true, -1), (map.TryGetValue(0, out long value), value));
        Assert.False(map.ContainsKey(1));
        Assert.Equal(6, map[2]);
        Assert.Equal(-2, map[1002]);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Snapshot_RandomOperations_AgreesWithModel(int seed, bool copyNow)
    {
        using ShardMap<long, int, NarrowHasher> narrow = new(TinyMaps.Options(shards: seed));
        RunAgainstModel(narrow, seed, copyNow, keys: 60);
        using ShardMap<long, int, DefaultHasher<long>> wide = new(TinyMaps.Options(shards: seed));
        RunAgainstModel(wide, seed, copyNow, keys: 400);
    }

    [Fact]
    public void Snapshot_MapClearedTrimmedGrownDisposed_StaysWhole()
    {
        ShardMap<long, long> map = new(TinyMaps.Options());
        Dictionary<long, long> expected = [];
        for (long key = 0; key < 300; key++)
        {
            map[key] = expected[key] = -key;
        }

        using ShardMapSnapshot<long, long> first = map.Snapshot(copyNow: false);
        using ShardMapSnapshot<long, long> second = map.Snapshot(copyNow: false);
        map.EnsureCapacity(10_000);
        TinyMaps.AssertSame(expected, first);
        map.Clear();
        map.TrimExcess();
        TinyMaps.AssertSame(expected, first);
        for (long key = 0; key < 5000; key++)
        {
            map[key] = key;
        }

        TinyMaps.AssertSame(expected, second);
        using ShardMapSnapshot<long, long> third = map.Snapshot(copyNow: false);
        map.Dispose();
        TinyMaps.AssertSame(expected, first);
        TinyMaps.AssertSame(expected, second);
        Assert.Equal(5000, third.ToArray().Length);
        Assert.Throws<ObjectDisposedException>(() => map.Snapshot());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dispose_Always_GivesTheMemoryBackOnce(bool copyNow)
    {
        using ShardMap<long, long> map = new(TinyMaps.Options());
        for (long key = 0; key < 20_000; key++)
        {
            map[key] = key;
        }

        map.Snapshot().Dispose();
        map.TrimExcess();
        long settled = map.BytesAllocated;
        for (int round = 0; round < 5; round++)
        {
            ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow);
            Assert.InRange(map.BytesAllocated, settled + (settled / 4), long.MaxValue);
            map[round] = -round;
            snapshot.Dispose();
            snapshot.Dispose();
            Assert.Throws<ObjectDisposedException>(() => snapshot.Count);
            Assert.Throws<ObjectDisposedException>(() => snapshot.TryGetValue(1, out _));
            Assert.Throws<ObjectDisposedException>(() => snapshot.GetEnumerator());
            Assert.Throws<ObjectDisposedException>(() => snapshot.ToArray());
        }

        map.TrimExcess();
        Assert.InRange(map.BytesAllocated, 0, settled);
        Assert.Equal(20_000, map.Count);
        Assert.Equal(19_999, map[19_999]);
    }

    [Fact]
    public void Dispose_WhileEnumerated_ThrowsAtTheNextStep()
    {
        using ShardMap<long, long> map = new();
        for (long key = 0; key < 1000; key++)
        {
            map[key] = key;
        }

        ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        using ShardMapSnapshot<long, long, DefaultHasher<long>>.Enumerator enumerator = snapshot.GetEnumerator();
        Assert.True(enumerator.MoveNext());
        snapshot.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            while (enumerator.MoveNext())
            {
            }
        });
    }

    [Fact]
    public void Dispose_MapDisposedBefore_GivesEverythingBack()
    {
        ShardMap<long, long> map = new(TinyMaps.Options());
        for (long key = 0; key < 20_000; key++)
        {
            map[key] = key;
        }

        ShardMapSnapshot<long, long> running = map.Snapshot(copyNow: false);
        ShardMapSnapshot<long, long> settled = map.Snapshot();
        map.Dispose();
        Assert.InRange(map.BytesAllocated, 2 * 20_000 * 16, long.MaxValue);
        running.Dispose();
        settled.Dispose();
        Assert.InRange(map.BytesAllocated, 0, 32 * 1024);
    }

    [Fact]
    public void Snapshot_Forgotten_IsClearedUpByItsFinalizer()
    {
        using ShardMap<long, long> map = new();
        for (long key = 0; key < 20_000; key++)
        {
            map[key] = key;
        }

        map.Snapshot().Dispose();
        map.TrimExcess();
        long settled = map.BytesAllocated;
        Forget(map);
        for (int round = 0; round < 20 && map.BytesAllocated > settled; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.InRange(map.BytesAllocated, 0, settled);
        Assert.Equal(20_000, map.Count);
    }

    [Fact]
    public void Snapshot_OutOfMemory_LeavesTheMapUsable()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 4));
        for (long key = 0; key < 1000; key++)
        {
            map[key] = key;
        }

        map.Snapshot().Dispose();
        long before = map.BytesAllocated;
        for (int fail = 0; fail < 4; fail++)
        {
            int left = fail;
            FaultInjection.Allocate = _ => left-- == 0;
            try
            {
                Assert.Throws<OutOfMemoryException>(() => map.Snapshot());
            }
            finally
            {
                FaultInjection.Allocate = null;
            }

            Assert.Equal(before, map.BytesAllocated);
            Assert.Equal(0, map.GetStatistics().MigrationsActive);
            Assert.Equal(1000, map.Count);
        }

        using ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        Assert.Equal(1000, snapshot.Count);
    }

    [Fact]
    public void Snapshot_FromACallback_IsRefused()
    {
        using ShardMap<long, long> map = new();
        map[1] = 1;
        using ShardMapSnapshot<long, long> snapshot = map.Snapshot();

        Assert.Throws<InvalidOperationException>(() => map.GetOrAdd(2, _ => map.Snapshot().Count));
        Assert.Throws<InvalidOperationException>(() => map.GetOrAdd(2, _ =>
        {
            snapshot.Dispose();
            return 0;
        }));
        Assert.Equal(1, map.AddOrUpdate(3, _ => snapshot[1], (_, old) => old));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void Reads_AndEnumeration_AllocateNothing()
    {
        using ShardMap<long, long> map = new();
        for (long key = 0; key < 1000; key++)
        {
            map[key] = key;
        }

        using ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        long sum = Sum(snapshot);
        long again = 0;
        Allocation.AssertNone(() => again = Sum(snapshot));
        Assert.Equal(sum, again);
    }

    private static long Sum(ShardMapSnapshot<long, long> snapshot)
    {
        long sum = 0;
        foreach (KeyValuePair<long, long> item in snapshot)
        {
            sum += snapshot.TryGetValue(item.Key, out long value) ? value : -1;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(ShardMap<long, long> map) => Assert.Equal(20_000, map.Snapshot().Count);

    private static void RunAgainstModel<THasher>(ShardMap<long, int, THasher> map, int seed, bool copyNow, int keys)
        where THasher : struct, IKeyHasher<long>
    {
        Random random = new(seed);
        Dictionary<long, int> model = [];
        List<(Dictionary<long, int> Model, ShardMapSnapshot<long, int, THasher> Snapshot)> taken = [];
        for (int step = 0; step < 6000; step++)
        {
            long key = random.Next(keys);
            int value = random.Next();
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    map[key] = model[key] = value;
                    break;
                case 3 or 4:
                    Assert.Equal(model.Remove(key, out int expected), map.TryRemove(key, out int removed));
                    Assert.Equal(expected, removed);
                    break;
                case 5:
                    Assert.Equal(model.TryGetValue(key, out expected), map.TryGetValue(key, out int found));
                    Assert.Equal(expected, found);
                    break;
                case 6 when random.Next(12) == 0:
                    taken.Add((new Dictionary<long, int>(model), map.Snapshot(copyNow)));
                    break;
                case 7 when taken.Count > 3 || (taken.Count > 0 && random.Next(20) == 0):
                    int index = random.Next(taken.Count);
                    TinyMaps.AssertSame(taken[index].Model, taken[index].Snapshot);
                    foreach (long each in Enumerable.Range(0, keys))
                    {
                        Assert.Equal(taken[index].Model.ContainsKey(each), taken[index].Snapshot.ContainsKey(each));
                    }

                    taken[index].Snapshot.Dispose();
                    taken.RemoveAt(index);
                    break;
                default:
                    if (random.Next(200) == 0)
                    {
                        map.TrimExcess();
                    }
                    else if (random.Next(300) == 0)
                    {
                        map.Clear();
                        model.Clear();
                    }

                    break;
            }
        }

        TinyMaps.AssertSame(model, map);
        Assert.Equal(model.Count, map.Count);
        foreach ((Dictionary<long, int> then, ShardMapSnapshot<long, int, THasher> snapshot) in taken)
        {
            TinyMaps.AssertSame(then, snapshot);
            snapshot.Dispose();
        }
    }
}

using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>Maps and snapshots as the collections of .NET, and the exceptions that name them.</summary>
public class CollectionTests
{
    [Fact]
    public void Keys_AndValues_ShowTheMapAsItIs()
    {
        using ShardMap<int, long> map = [new(1, 10), new(2, 20)];
        ShardMap<int, long, DefaultHasher<int>>.KeyCollection keys = map.Keys;
        ShardMap<int, long, DefaultHasher<int>>.ValueCollection values = map.Values;
        map.Add(3, 30);

        List<int> seen = [];
        foreach (int key in keys)
        {
            seen.Add(key);
        }

        long sum = 0;
        foreach (long value in values)
        {
            sum += value;
        }

        Assert.Equal([1, 2, 3], seen.Order());
        Assert.Equal(60, sum);
        Assert.Equal((3, 3), (keys.Count, values.Count));
        Assert.True(keys.Contains(3) && !keys.Contains(4));
        Assert.Equal([10L, 20, 30], values.Order());
        Assert.Equal(keys, map.Keys);
        Assert.True(keys == map.Keys && values == map.Values);
    }

    [Fact]
    public void Views_OfNothing_AreEmpty()
    {
        Assert.Empty(default(ShardMap<int, int, DefaultHasher<int>>.KeyCollection));
        Assert.Empty(default(ShardMap<int, int, DefaultHasher<int>>.ValueCollection));
        Assert.Equal(0, default(ShardMap<int, int, DefaultHasher<int>>.KeyCollection).Count);
    }

    [Fact]
    public void Keys_Enumerated_AllocateNothing()
    {
        using ShardMap<int, int> map = new();
        for (int i = 0; i < 1000; i++)
        {
            map[i] = 1;
        }

        long sum = 0;
        Allocation.AssertNone(() =>
        {
            sum = 0;
            foreach (int key in map.Keys)
            {
                sum += key;
            }

            foreach (int value in map.Values)
            {
                sum += value;
            }
        });

        Assert.Equal(499_500 + 1000, sum);
    }

    [Fact]
    public void Map_AsReadOnlyDictionary_AgreesWithItself()
    {
        using ShardMap<int, int> map = new() { { 1, 10 }, { 2, 20 } };
        using ShardMapSnapshot<int, int> snapshot = map.Snapshot();
        foreach (IReadOnlyDictionary<int, int> view in new IReadOnlyDictionary<int, int>[] { map, snapshot })
        {
            Assert.Equal(2, view.Count);
            Assert.Equal(20, view[2]);
            Assert.True(view.ContainsKey(1) && view.TryGetValue(1, out int one) && one == 10);
            Assert.False(view.ContainsKey(3));
            Assert.Equal([1, 2], view.Keys.Order());
            Assert.Equal([10, 20], view.Values.Order());
            Assert.Equal(-1, view.GetValueOrDefault(3, -1));
            Assert.Throws<KeyNotFoundException>(() => view[3]);
        }
    }

    [Fact]
    public void ToDictionary_OfMapAndSnapshot_HasAllEntries()
    {
        using ShardMap<int, int> map = new() { [1] = 10, [2] = 20 };
        using ShardMapSnapshot<int, int> snapshot = map.Snapshot();
        map[3] = 30;

        Assert.Equal(new Dictionary<int, int> { [1] = 10, [2] = 20, [3] = 30 }, map.ToDictionary());
        Assert.Equal(new Dictionary<int, int> { [1] = 10, [2] = 20 }, snapshot.ToDictionary());
    }

    [Fact]
    public void CollectionExpression_Spread_AddsAllOrThrows()
    {
        Dictionary<int, int> source = new() { [1] = 10, [2] = 20 };
        using ShardMap<int, int> map = [.. source, new(3, 30)];
        Assert.Equal(3, map.Count);
        Assert.Throws<ArgumentException>(() => map.Add(new KeyValuePair<int, int>(3, 31)));
        Assert.Equal(30, map[3]);
    }

    [Fact]
    public void Default_AsValue_IsNotAmbiguous()
    {
        using ShardMap<int, int> map = new();
        using AuditedShardMap<int, int> audited = new(map);
        Assert.Equal(0, map.GetOrAdd(1, default));
        Assert.True(map.TryUpdate(1, default, default));
        Assert.Equal(0, map.AddOrUpdate(2, default, static (_, old) => old + 1));
        Assert.Equal(0, audited.GetOrAdd(1, default));
        Assert.Equal(1, audited.AddOrUpdate(2, default, static (_, old) => old + 1));
        using ShardMapExclusive<int, int> phase = map.EnterExclusive();
        Assert.Equal(0, phase.GetOrAdd(1, default));
        Assert.True(phase.TryUpdate(1, default, default));
    }

    [Fact]
    public void AddDeltaRange_OfConstants_InfersTheTypesOfTheMap()
    {
        using ShardMap<ulong, ulong> wide = new();
        wide.AddDeltaRange([1, 2, 1], 2UL);
        wide.AddDeltaRange([1], 3);
        wide.AddDeltaRange([2, 3], [10, 20]);
        ulong[] keys = [4, 4];
        wide.AddDeltaRange(keys, 5);
        wide.AddDeltaRange(keys, [1UL, 2UL]);
        Assert.Equal(
            new Dictionary<ulong, ulong> { [1] = 7, [2] = 12, [3] = 20, [4] = 13 }, wide.ToDictionary());

        using ShardMap<int, int> same = new();
        same.AddDeltaRange([1, 2], 1);
        same.AddDeltaRange([1, 2], [1, 2]);
        Assert.Equal(new Dictionary<int, int> { [1] = 2, [2] = 3 }, same.ToDictionary());
        Assert.Throws<ArgumentException>(() => same.AddDeltaRange([1, 2], [1]));
    }

    [Fact]
    public void Exceptions_OfANamedMap_NameIt()
    {
        ShardMap<ulong, long> map = new(new ShardMapOptions { Name = "orders" });
        map[1] = 1;
        ShardMapSnapshot<ulong, long> snapshot = map.Snapshot();
        Assert.Equal("orders", map.Name);
        Assert.Contains("map 'orders'", Assert.Throws<KeyNotFoundException>(() => map[2]).Message);
        Assert.Contains("map 'orders'", Assert.Throws<KeyNotFoundException>(() => snapshot[2]).Message);
        Assert.Contains("map 'orders'", Assert.Throws<ArgumentException>(() => map.Add(1, 2)).Message);
        snapshot.Dispose();
        map.Dispose();

        Assert.Equal(
            "ShardMap<UInt64, Int64> 'orders'", Assert.Throws<ObjectDisposedException>(() => map[1]).ObjectName);
        Assert.Equal(
            "ShardMap<UInt64, Int64> 'orders'", Assert.Throws<ObjectDisposedException>(() => map[1] = 2).ObjectName);
        Assert.Equal(
            "Snapshot of ShardMap<UInt64, Int64> 'orders'",
            Assert.Throws<ObjectDisposedException>(() => snapshot[1]).ObjectName);
        Assert.Equal("orders", map.Name);
        Assert.Equal("ShardMap<UInt64, Int64> 'orders': disposed", map.ToString());
    }

    [Fact]
    public void Exceptions_OfAMapWithoutAName_SayItsTypes()
    {
        ShardMap<int, int> map = new();
        map.Dispose();
        Assert.Equal("ShardMap<Int32, Int32>", Assert.Throws<ObjectDisposedException>(() => map[1]).ObjectName);
        Assert.Null(map.Name);
    }
}

using System.Text.Json;
using FastShardMap.Diagnostics;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Snapshots;

/// <summary>
/// Each way in which copies of maps are known to fail is shown with a common copy, and that ours does not.
/// </summary>
public class CloneTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(50_000)]
    public void Clone_AnySize_HasTheSameEntriesAndSharesNothing(int count)
    {
        using ShardMap<long, long> map = new();
        Dictionary<long, long> expected = [];
        for (long key = 0; key < count; key++)
        {
            map[key * 7] = expected[key * 7] = key;
        }

        using ShardMap<long, long> copy = map.Clone();
        Assert.Equal(count, copy.Count);
        Assert.Empty(copy.Shards.FindViolations());
        TinyMaps.AssertSame(expected, copy);
        foreach (long key in expected.Keys)
        {
            map[key] = -1;
            Assert.True(copy.TryRemove(key, out long value));
            Assert.Equal(expected[key], value);
        }

        copy[-5] = 5;
        Assert.Equal((count, 1), (map.Count, copy.Count));
        Assert.False(map.ContainsKey(-5));
        Assert.All(map, item => Assert.Equal(-1, item.Value));
    }

    /// <summary>The shallow copy: a new outer map over the same inner objects.</summary>
    [Fact]
    public void Clone_ValuesWithStorageOfTheirOwn_ShareNone()
    {
        Dictionary<int, int[]> original = new() { [1] = [1, 2, 3] };
        Dictionary<int, int[]> shallow = new(original);
        shallow[1][0] = 99;
        Assert.Equal(99, original[1][0]); // the failure

        using ShardMap<int, (int A, int B, int C)> map = new();
        map[1] = (1, 2, 3);
        using ShardMap<int, (int A, int B, int C)> copy = map.Clone();
        copy.TryUpdate(1, static (ref (int A, int B, int C) value, int _) => value.A = 99, 0);
        Assert.Equal((1, 2, 3), map[1]);
        Assert.Equal((99, 2, 3), copy[1]);
    }

    /// <summary>The copy through a serializer: what it does not know, it drops, and says nothing.</summary>
    [Fact]
    public void Clone_PrivateAndPublicFields_KeepsThemAll()
    {
        Order order = new(7, secret: 42) { Amount = 1.5 };
        Dictionary<int, Order> original = new() { [1] = order };
        Dictionary<int, Order> serialized = JsonSerializer.Deserialize<Dictionary<int, Order>>(
            JsonSerializer.Serialize(original))!;
        Assert.NotEqual(order, serialized[1]); // the failure
        Assert.Equal(default, serialized[1]);

        using ShardMap<int, Order> map = new();
        map[1] = order;
        using ShardMap<int, Order> copy = map.Clone();
        using ShardMap<int, Order> other = map.Clone(new ShardMapOptions { ShardCount = 1 });
        Assert.Equal(order, copy[1]);
        Assert.Equal(order, other[1]);
    }

    /// <summary>The copy made by a loop while others write: two entries that always change together come apart, or the
    /// enumeration throws.</summary>
    [Fact]
    public void Clone_WhileOthersWrite_IsOneInstant()
    {
        using ShardMap<int, long> map = new(TinyMaps.Options(shards: 8));
        for (int key = 0; key < 32; key++)
        {
            map[key] = 0;
        }

        bool stop = false;
        Thread writer = new(() =>
        {
            for (long round = 1; !Volatile.Read(ref stop); round++)
            {
                for (int key = 0; key < 32; key++)
                {
                    map[key] = round;
                }
            }
        });
        writer.Start();
        try
        {
            for (int round = 0; round < 200; round++)
            {
                using ShardMap<int, long> copy = map.Clone();
                long first = copy[0];
                long previous = first;
                for (int key = 1; key < 32; key++)
                {
                    Assert.InRange(copy[key], first - 1, previous);
                    previous = copy[key];
                }

                // And mutating the copy is nobody else's business.
                copy.Clear();
                copy[0] = -1;
                Assert.InRange(map[0], first, long.MaxValue);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            writer.Join();
        }
    }

    [Fact]
    public void Clone_NamedMap_IsObservedUnderNoNameOrItsOwn()
    {
        string name = $"clone {Guid.NewGuid():N}";
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = name, ShardCount = 1 });
        using ShardMap<int, int> copy = map.Clone();
        using ShardMap<int, int> named = map.Clone(new ShardMapOptions { Name = $"{name} two" });
        Assert.Equal((null, $"{name} two"), (((IObservedMap)copy).Name, ((IObservedMap)named).Name));
        Assert.DoesNotContain(name, copy.ToString(), StringComparison.Ordinal);
        List<IObservedMap> observed = MapRegistry.Live();
        Assert.All([map, copy, named], item => Assert.Contains(item, observed));
    }

    [Fact]
    public void Clone_OverflownTables_WorksOnLikeTheOriginal()
    {
        using ShardMap<long, long, NarrowHasher> map = new(TinyMaps.Options());
        for (long key = 0; key < 400; key++)
        {
            map[key] = key;
        }

        using ShardMap<long, long, NarrowHasher> copy = map.Clone();
        Assert.Equal(map.GetStatistics().SaturatedGroups, copy.GetStatistics().SaturatedGroups);
        for (long key = 0; key < 400; key++)
        {
            Assert.True(copy.TryRemove(key, out long value));
            Assert.Equal(key, value);
            Assert.True(copy.TryAdd(key + 1000, key));
        }

        Assert.Equal((400, 400), (map.Count, copy.Count));
        Assert.All(Enumerable.Range(0, 400), key => Assert.Equal(key, copy[key + 1000]));
    }

    [Fact]
    public void Clone_WithOptions_TakesThem()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        for (long key = 0; key < 3000; key++)
        {
            map[key] = key;
        }

        using ShardMap<long, long> copy = map.Clone(new ShardMapOptions { ShardCount = 32, Capacity = 10_000 });
        Assert.Equal(32, copy.GetStatistics().ShardCount);
        Assert.InRange(copy.Capacity, 10_000, long.MaxValue);
        TinyMaps.AssertSame(map.ToDictionary(), copy);
        Assert.Throws<ArgumentNullException>(() => map.Clone(null!));
    }

    [Fact]
    public void Clone_MapDisposed_Throws()
    {
        ShardMap<long, long> map = new();
        ShardMap<long, long> copy = map.Clone();
        copy[1] = 1;
        map.Dispose();
        Assert.Equal(1, copy[1]);
        copy.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Clone());
        Assert.Throws<ObjectDisposedException>(() => map.Clone(new ShardMapOptions()));
    }

    [Fact]
    public void Clone_OutOfMemory_LeavesTheMapAsItWas()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 4));
        for (long key = 0; key < 1000; key++)
        {
            map[key] = key;
        }

        map.Snapshot().Dispose();
        long before = map.BytesAllocated;
        for (int fail = 0; fail < 9; fail++)
        {
            int left = fail;
            FaultInjection.Allocate = _ => left-- == 0;
            try
            {
                Assert.Throws<OutOfMemoryException>(() => map.Clone());
            }
            finally
            {
                FaultInjection.Allocate = null;
            }

            Assert.Equal(1000, map.Count);
            Assert.Equal(before, map.BytesAllocated);
        }

        using ShardMap<long, long> copy = map.Clone();
        Assert.Equal(1000, copy.Count);
    }

    private struct Order(int number, int secret) : IEquatable<Order>
    {
        public double Amount;
        private readonly int _number = number;
        private readonly int _secret = secret;

        public readonly bool Equals(Order other) =>
            (_number, _secret, Amount) == (other._number, other._secret, other.Amount);

        public override readonly bool Equals(object? obj) => obj is Order other && Equals(other);

        public override readonly int GetHashCode() => HashCode.Combine(_number, _secret, Amount);
    }
}

using System.Buffers;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H25: a copy of a struct enumerator that is disposed as well as the original.</summary>
public sealed class H25CopiedEnumeratorTests
{
    [Fact]
    public void Dispose_OfTheCopyToo_ReturnsTheArrayOnce()
    {
        using ShardMap<ulong, Value> map = Filled();
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator original = map.GetEnumerator();
        Assert.True(original.MoveNext());
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator copy = original;
        original.Dispose();
        copy.Dispose();
        original.Dispose();
        AssertPoolIsIntact();
    }

    [Fact]
    public void Dispose_OfCopiesByManyThreads_ReturnsTheArrayOnce()
    {
        using ShardMap<ulong, Value> map = Filled();
        for (int round = 0; round < 200; round++)
        {
            ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator original = map.GetEnumerator();
            Assert.True(original.MoveNext());
            Parallel.For(0, 4, _ =>
            {
                ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator copy = original;
                copy.Dispose();
            });
        }

        AssertPoolIsIntact();
    }

    /// <summary>A void copy neither shows the entries of another enumeration nor disturbs it.</summary>
    [Fact]
    public void MoveNext_OfAVoidCopy_ThrowsAndDisturbsNobody()
    {
        using ShardMap<ulong, Value> map = Filled();
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator original = map.GetEnumerator();
        Assert.True(original.MoveNext());
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator copy = original;
        Assert.True(copy.MoveNext()); // both are within the buffer
        Assert.True(original.MoveNext());
        Assert.Equal(copy.Current, original.Current);
        original.Dispose();
        int seen = 0;
        foreach (KeyValuePair<ulong, Value> entry in map) // takes the buffer over
        {
            Assert.Equal(entry.Key, entry.Value.Number);
            if (seen++ == 0)
            {
                Assert.Throws<InvalidOperationException>(() => copy.MoveNext());
                copy.Dispose();
            }
        }

        Assert.Equal(map.Count, seen);
        copy.Reset();
        Assert.True(copy.MoveNext());
        copy.Dispose();
        AssertPoolIsIntact();
    }

    [Fact]
    public void MoveNext_OriginalBehindItsCopy_ThrowsInsteadOfShowingOthers()
    {
        using ShardMap<ulong, Value> map = Filled();
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator original = map.GetEnumerator();
        Assert.True(original.MoveNext());
        ShardMap<ulong, Value, DefaultHasher<ulong>>.Enumerator copy = original;
        int rest = 0;
        while (copy.MoveNext())
        {
            rest++;
        }

        Assert.Equal(map.Count - 1, rest);
        Assert.Throws<InvalidOperationException>(() => original.MoveNext());
        original.Dispose();
        copy.Dispose();
        AssertPoolIsIntact();
    }

    [Fact]
    public void Enumerations_Nested_AllocateNothingOnceWarm()
    {
        using ShardMap<ulong, Value> map = Filled(entries: 200);
        void Nested()
        {
            foreach (KeyValuePair<ulong, Value> outer in map)
            {
                foreach (KeyValuePair<ulong, Value> inner in map)
                {
                    if (inner.Key == outer.Key)
                    {
                        break;
                    }
                }
            }
        }

        Nested();
        Allocation.AssertNone(Nested);
    }

    private static ShardMap<ulong, Value> Filled(ulong entries = 1000)
    {
        ShardMap<ulong, Value> map = new(new ShardMapOptions { ShardCount = 2 });
        for (ulong key = 0; key < entries; key++)
        {
            map[key] = new Value(key);
        }

        return map;
    }

    /// <summary>No array is in the shared pool twice: all that it hands out are different.</summary>
    private static void AssertPoolIsIntact()
    {
        foreach (int length in new[] { 64, 128, 256 })
        {
            List<KeyValuePair<ulong, Value>[]> rented =
            [
                .. Enumerable.Range(0, 100).Select(_ => ArrayPool<KeyValuePair<ulong, Value>>.Shared.Rent(length)),
            ];
            Assert.Equal(rented.Count, rented.Distinct(ReferenceEqualityComparer.Instance).Count());
        }
    }

    /// <summary>A type of these tests alone, so that the pool is theirs.</summary>
    private readonly record struct Value(ulong Number);
}

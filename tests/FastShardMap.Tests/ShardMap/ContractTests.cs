using FastShardMap.Tests.Conventions;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The lists that other tests go by are complete, and wrong arguments are refused by name.</summary>
public sealed class ContractTests
{
    [Fact]
    public void Operations_OfTheList_AreAllPublicMembers()
    {
        // Constructors, Dispose and what only makes sense in a foreach have tests of their own.
        string[] left = PublicMembers().Where(member =>
            !member.StartsWith("ShardMap()", StringComparison.Ordinal)
            && !member.StartsWith("ShardMap(", StringComparison.Ordinal)
            && member != "void Dispose()"
            && !FeatureOperations.TestedApart.Any(prefix => member.StartsWith(prefix, StringComparison.Ordinal))
            && !MapOperation.All.Any(operation => member.StartsWith(operation.Member, StringComparison.Ordinal)))
                .ToArray();

        Assert.True(
            left.Length == 0,
            $"{nameof(MapOperation)}.{nameof(MapOperation.All)} lacks:\n  {string.Join("\n  ", left)}");
    }

    [Fact]
    public void Constructor_NegativeCapacity_IsRefused()
    {
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(static () => new Map(-1)).ParamName);
        Assert.Equal(
            "Capacity",
            Assert.Throws<ArgumentOutOfRangeException>(static () => new ShardMapOptions { Capacity = -1 }).ParamName);
        Assert.Equal(
            "capacity",
            Assert.Throws<ArgumentOutOfRangeException>(
                static () => new ShardMap<ulong, ulong, DefaultHasher<ulong>>(long.MinValue)).ParamName);
    }

    [Fact]
    public void Constructor_NullOptions_IsRefused() =>
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(static () => new Map(null!)).ParamName);

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(ShardMapOptions.MaxShardCount + 1)]
    [InlineData(int.MaxValue)]
    public void ShardCount_OutOfRange_IsRefused(int shards) =>
        Assert.Equal(
            "ShardCount",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ShardMapOptions { ShardCount = shards }).ParamName);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(17, 32)]
    [InlineData(ShardMapOptions.MaxShardCount, ShardMapOptions.MaxShardCount)]
    public void ShardCount_InRange_IsRoundedUpToAPowerOfTwo(int asked, int expected)
    {
        using Map map = new(new ShardMapOptions { ShardCount = asked });
        Assert.Equal(expected, map.GetStatistics().ShardCount);
        map[1] = 2;
        Assert.Equal(2UL, map[1]);
    }

    [Fact]
    public void ShardCount_Default_IsSixteenACoreWithinBounds()
    {
        using Map map = new();
        int shards = map.GetStatistics().ShardCount;
        Assert.InRange(shards, Math.Clamp(Environment.ProcessorCount * 16, 16, 256), 256);
        Assert.Equal(0, shards & (shards - 1));
    }

    [Fact]
    public void Options_ChangedAfterConstruction_DoNotMatter()
    {
        ShardMapOptions options = new() { ShardCount = 2 };
        using Map map = new(options);
        options.ShardCount = 64;
        Assert.Equal(2, map.GetStatistics().ShardCount);
    }

    [Fact]
    public void EnsureCapacity_Negative_IsRefused()
    {
        using Map map = new();
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => map.EnsureCapacity(-1)).ParamName);
        Assert.Equal("maxLength", Assert.Throws<ArgumentOutOfRangeException>(() => map.GetProbeLengths(0)).ParamName);
    }

    [Fact]
    public void Capacity_MoreThanTheMachineHas_IsOutOfMemoryAndTheMapStaysAsItIs()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4 });
        map[1] = 2;
        foreach (long capacity in new[] { 1L << 42, 1L << 56, 1L << 61, long.MaxValue })
        {
            Assert.Throws<OutOfMemoryException>(() => map.EnsureCapacity(capacity));
            Assert.Throws<OutOfMemoryException>(() => new Map(capacity));
            Assert.Throws<OutOfMemoryException>(
                () => new Map(new ShardMapOptions { Capacity = capacity, ShardCount = 1 }));
        }

        Assert.Equal(2UL, map[1]);
        Assert.Equal(1, map.Count);
        Assert.InRange(map.BytesAllocated, 1, 64 * 1024);
    }

    [Fact]
    public void TryGetValues_SpansTooShort_AreRefusedByName()
    {
        using Map map = new();
        Assert.Equal(
            "values",
            Assert.Throws<ArgumentException>(() => map.TryGetValues([1, 2], new ulong[1], new bool[2])).ParamName);
        Assert.Equal(
            "found",
            Assert.Throws<ArgumentException>(() => map.TryGetValues([1, 2], new ulong[2], new bool[1])).ParamName);
        Assert.Equal(0, map.TryGetValues([], [], []));
    }

    [Fact]
    public void CopyTo_SpanTooShort_IsRefusedAndNothingCopied()
    {
        using Map map = new();
        map[7] = 8;
        map[9] = 10;
        KeyValuePair<ulong, ulong>[] one = new KeyValuePair<ulong, ulong>[1];
        Assert.Equal("destination", Assert.Throws<ArgumentException>(() => map.CopyTo(one)).ParamName);
        Assert.Equal(default, one[0]);
    }

    [Fact]
    public void Delegates_Null_AreRefusedByName()
    {
        using Map map = new();
        map[1] = 1;
        foreach (ulong key in new ulong[] { 1, 2 })
        {
            AssertNull("valueFactory", () => map.GetOrAdd(key, null!));
            AssertNull("valueFactory", () => map.GetOrAdd(key, (Func<ulong, int, ulong>)null!, 0));
            AssertNull("updateValueFactory", () => map.AddOrUpdate(key, 1, null!));
            AssertNull("addValueFactory", () => map.AddOrUpdate(key, null!, static (_, v) => v));
            AssertNull("updateValueFactory", () => map.AddOrUpdate(key, static k => k, null!));
            AssertNull("addValueFactory", () => map.AddOrUpdate(key, null!, static (_, v, _) => v, 0));
            AssertNull("updateValueFactory", () => map.AddOrUpdate(key, static (k, _) => k, null!, 0));
            AssertNull("update", () => map.TryUpdate(key, (RefAction<ulong, int>)null!, 0));
            AssertNull("keep", () => map.TryUpdateOrRemove(key, (RefFunc<ulong, int, bool>)null!, 0));
        }

        AssertNull(
            "map", static () => ShardMapNumberExtensions.AddDelta<ulong, ulong, DefaultHasher<ulong>>(null!, 1, 1));
        AssertNull(
            "map", static () => ShardMapNumberExtensions.Increment<ulong, ulong, DefaultHasher<ulong>>(null!, 1));
        Assert.Equal(1, map.Count);
    }

    private static void AssertNull(string parameter, Action call) =>
        Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(call).ParamName);

    private static IEnumerable<string> PublicMembers()
    {
        bool within = false;
        foreach (string line in PublicApiText.Of(typeof(Map).Assembly).Split('\n'))
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                if (within)
                {
                    yield return line.Trim();
                }
            }
            else
            {
                within = line.StartsWith("class FastShardMap.ShardMap<TKey, TValue, THasher>", StringComparison.Ordinal)
                    || line.StartsWith("static class FastShardMap.ShardMapNumberExtensions", StringComparison.Ordinal);
            }
        }
    }
}

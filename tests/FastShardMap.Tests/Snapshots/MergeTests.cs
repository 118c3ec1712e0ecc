namespace FastShardMap.Tests.Snapshots;

public class MergeTests
{
    [Fact]
    public void MergeFrom_KeysOfBoth_AskTheDelegate()
    {
        using ShardMap<int, int> map = new();
        using ShardMap<int, int> other = new();
        for (int key = 0; key < 100; key++)
        {
            map[key] = key;
            other[key + 50] = 1000;
        }

        Assert.Equal(100, map.MergeFrom(other, (key, mine, theirs) => key + mine + theirs));
        Assert.Equal(150, map.Count);
        Assert.Equal(100, other.Count);
        for (int key = 0; key < 150; key++)
        {
            Assert.Equal(key < 50 ? key : key < 100 ? (2 * key) + 1000 : 1000, map[key]);
        }
    }

    [Fact]
    public void MergeFrom_Functor_KeepsItsState()
    {
        using ShardMap<int, int> map = new();
        using ShardMap<int, int> other = new();
        (map[1], map[2], other[2], other[3]) = (1, 2, 20, 30);
        Larger larger = default;

        Assert.Equal(2, map.MergeFrom(other, ref larger));
        Assert.Equal(1, larger.Conflicts);
        Assert.Equal([1, 20, 30], map.OrderBy(item => item.Key).Select(item => item.Value));
    }

    [Fact]
    public void CopyTo_OtherMap_OverwritesAndKeepsTheRest()
    {
        using ShardMap<int, int> map = new();
        using ShardMap<int, int> other = new();
        (map[1], map[2], other[2], other[3]) = (1, 2, 20, 30);

        Assert.Equal(2, map.CopyTo(other));
        Assert.Equal([1, 2, 30], other.OrderBy(item => item.Key).Select(item => item.Value));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void MergeFrom_DelegateThrows_LeavesMapsUsable()
    {
        using ShardMap<int, int> map = new();
        using ShardMap<int, int> other = new();
        (map[1], other[1]) = (1, 2);

        Assert.Throws<NotSupportedException>(
            () => map.MergeFrom(other, (_, _, _) => throw new NotSupportedException()));
        Assert.Equal((1, 2), (map[1], other[1]));
        Assert.Throws<InvalidOperationException>(() => map.MergeFrom(other, (_, _, theirs) => map[5] = theirs));
        Assert.Throws<InvalidOperationException>(
            () => map.AddOrUpdate(7, _ => (int)map.CopyTo(other), (_, old) => old));
        Assert.Equal((1, 1), (map.Count, other.Count));
    }

    [Fact]
    public void Merge_BadArguments_Throw()
    {
        using ShardMap<int, int> map = new();
        Assert.Equal("destination", Assert.Throws<ArgumentException>(() => map.CopyTo(map)).ParamName);
        Assert.Equal(
            "source",
            Assert.Throws<ArgumentException>(() => map.MergeFrom(map, (_, _, theirs) => theirs)).ParamName);
        Assert.Throws<ArgumentNullException>(() => map.CopyTo((ShardMap<int, int>)null!));
        Assert.Throws<ArgumentNullException>(() => map.MergeFrom(null!, (_, _, theirs) => theirs));
        using ShardMap<int, int> other = new();
        Assert.Throws<ArgumentNullException>(() => map.MergeFrom(other, null!));
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.CopyTo(other));
        Assert.Throws<ObjectDisposedException>(() => other.CopyTo(map));
    }

    /// <summary>
    /// Entries that arrive in the order of their hashes crowd the front of a table that is too small.
    /// </summary>
    [Fact]
    public void CopyTo_MapWithTheSameSeed_KeepsWalksShort()
    {
        using ShardMap<long, long> map = new();
        using ShardMap<long, long> twin = map.Clone();
        for (long key = 0; key < 60_000; key++)
        {
            map[key] = key;
            twin[-key - 1] = key;
        }

        map.CopyTo(twin);
        Assert.Equal(120_000, twin.Count);
        Assert.InRange(twin.GetProbeLengths(100).Skip(30).Sum(), 0, 0);
    }

    private struct Larger : IValueMerger<int, int>
    {
        public int Conflicts { get; private set; }

        public void Merge(int key, ref int value, int other)
        {
            value = Math.Max(value, other);
            Conflicts++;
        }
    }
}

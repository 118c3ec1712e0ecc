using System.Text;

namespace FastShardMap.Routing.Tests;

public class SlotTableTests
{
    private static readonly NodeWeight[] Two = [new("a"), new("b")];

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("user:17", 0UL)]
    [InlineData("user:17", 42UL)]
    [InlineData("Größe", 7UL)]
    public void SlotOf_TextAndItsBytes_AreTheSame(string key, ulong seed) =>
        Assert.Equal(SlotTable.SlotOf(Encoding.UTF8.GetBytes(key), seed), SlotTable.SlotOf(key, seed));

    /// <summary>XXH3 as its specification says: other programs can compute the same slot.</summary>
    [Theory]
    [InlineData("", 0x2D06800538D394C2UL)]
    [InlineData("a", 0xE6C632B61E964E1FUL)]
    [InlineData("abc", 0x78AF5F94892F3950UL)]
    public void SlotOf_KnownHashes_IsTheirLowBits(string key, ulong hash) =>
        Assert.Equal((int)(hash & 0x3FFF), SlotTable.SlotOf(key));

    [Fact]
    public void SlotOf_LongText_NeedsNoStack()
    {
        string key = new('k', 100_000);
        Assert.Equal(SlotTable.SlotOf(Encoding.UTF8.GetBytes(key), 1), SlotTable.SlotOf(key, 1));
    }

    [Fact]
    public void SlotOf_Seeds_GiveIndependentSlots()
    {
        int same = Enumerable.Range(0, 4_000).Count(i => SlotTable.SlotOf($"k{i}", 1) == SlotTable.SlotOf($"k{i}", 2));
        Assert.InRange(same, 0, 5);
    }

    [Fact]
    public void SlotOf_ManyKeys_AreEven()
    {
        int[] counts = new int[16];
        foreach (int i in Enumerable.Range(0, 160_000))
        {
            counts[SlotTable.SlotOf($"key:{i}") >> 10]++;
        }

        // Five standard deviations of a binomial distribution around 10,000.
        Assert.All(counts, count => Assert.InRange(count, 10_000 - 490, 10_000 + 490));
    }

    [Fact]
    public void SlotOf_HalfASurrogatePair_IsRefused()
    {
        Assert.Throws<EncoderFallbackException>(() => SlotTable.SlotOf("\ud800"));
        Assert.Throws<EncoderFallbackException>(() => ClusterSlot.Of("\ud800"));
    }

    [Fact]
    public void Create_TwoNodes_GivesEachHalf()
    {
        SlotTable table = SlotTable.Create(Two, epoch: 5);

        Assert.Equal(5, table.Epoch);
        Assert.Equal((8_192, 8_192), (table.CountOf(0), table.CountOf(1)));
        Assert.Equal([new SlotRange(0, 8_191, 0), new SlotRange(8_192, 16_383, 1)], table.ToRanges());
        Assert.Equal(1, table.Skew);
        Assert.Equal((1, -1), (table.IndexOf("b"), table.IndexOf("B")));
    }

    [Fact]
    public void Create_ListChangedLater_StaysAsItWas()
    {
        List<NodeWeight> nodes = [.. Two];
        SlotTable table = SlotTable.Create(nodes);
        nodes[0] = new NodeWeight("other");

        Assert.Equal("a", table.Nodes[0].Name);
        Assert.Throws<NotSupportedException>(() => ((IList<NodeWeight>)table.Nodes)[0] = nodes[0]);
    }

    [Theory]
    [MemberData(nameof(RandomNodes.Seeds), MemberType = typeof(RandomNodes))]
    public void FromRanges_OfToRanges_IsTheSameTable(int seed)
    {
        RandomNodes random = new(seed);
        SlotTable table = SlotTable.Create(random.Weighted(1 + random.Below(20)), new RendezvousPlacement(), 3);

        SlotTable again = SlotTable.FromRanges(table.Nodes, table.ToRanges(), table.Epoch);

        Assert.Equal(OwnersOf(table), OwnersOf(again));
        Assert.Equal(table.Skew, again.Skew);
    }

    [Fact]
    public void FromRanges_BadRanges_SaysWhichSlot()
    {
        AssertRefused("slot 16383", new SlotRange(0, 16_382, 0));
        AssertRefused("slot 100", new SlotRange(0, 100, 0), new SlotRange(100, 16_383, 1));
        AssertRefused("0 to 16383", new SlotRange(0, 16_384, 0));
        AssertRefused("0 to 16383", new SlotRange(-1, 16_383, 0));
        AssertRefused("0 to 16383", new SlotRange(0, 16_383, 0), new SlotRange(10, 9, 0));
        AssertRefused("node outside 0 to 1", new SlotRange(0, 16_383, 2));

        static void AssertRefused(string what, params SlotRange[] ranges)
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(
                nameof(ranges), () => SlotTable.FromRanges(Two, ranges));
            Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WithOwner_OneRange_ChangesItInANewTable()
    {
        SlotTable table = SlotTable.Create(Two);
        SlotTable moved = table.WithOwner(100, 199, 1, 7);

        Assert.Equal((0, 1, 1, 0), (moved.NodeOf(99), moved.NodeOf(100), moved.NodeOf(199), moved.NodeOf(200)));
        Assert.Equal((7, 8_092, 8_292), (moved.Epoch, moved.CountOf(0), moved.CountOf(1)));
        Assert.Equal(0, table.NodeOf(100));
        Assert.Throws<ArgumentOutOfRangeException>("epoch", () => moved.WithOwner(1, 1, 1, 7));
        Assert.Throws<ArgumentOutOfRangeException>("node", () => moved.WithOwner(1, 1, 2, 8));
        Assert.Throws<ArgumentOutOfRangeException>("first", () => moved.WithOwner(-1, 1, 1, 8));
        Assert.Throws<ArgumentOutOfRangeException>("last", () => moved.WithOwner(2, 1, 1, 8));
        Assert.Throws<ArgumentOutOfRangeException>("last", () => moved.WithOwner(2, 16_384, 1, 8));
    }

    [Fact]
    public void Lookups_NoSuchSlotOrNode_AreRefused()
    {
        SlotTable table = SlotTable.Create(Two);

        Assert.Throws<ArgumentOutOfRangeException>("slot", () => table.NodeOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>("slot", () => table.NodeOf(SlotTable.SlotCount));
        Assert.Throws<ArgumentOutOfRangeException>("node", () => table.CountOf(2));
        Assert.Throws<ArgumentException>("owners", () => table.CopyTo(new ushort[SlotTable.SlotCount - 1]));
    }

    [Fact]
    public void Create_BadNodes_AreRefused()
    {
        Assert.Throws<ArgumentNullException>("nodes", () => SlotTable.Create(null!));
        Assert.Throws<ArgumentException>("nodes", () => SlotTable.Create([]));
        Assert.Throws<ArgumentException>("nodes", () => SlotTable.Create([new("a"), null!]));
        Assert.Throws<ArgumentException>("nodes", () => SlotTable.Create([new("a"), new("b"), new("a", 2)]));
        Assert.Throws<ArgumentException>("nodes", () => SlotTable.Create(RandomNodes.Equal(SlotTable.MaxNodes + 1)));
        Assert.Throws<ArgumentOutOfRangeException>("epoch", () => SlotTable.Create(Two, epoch: -1));
        Assert.Throws<ArgumentException>("name", () => new NodeWeight(" "));
        foreach (double weight in new[] { 0, -1, double.NaN, double.PositiveInfinity, 2e6, 1e-9 })
        {
            Assert.Throws<ArgumentOutOfRangeException>("weight", () => new NodeWeight("a", weight));
        }
    }

    [Fact]
    public void Create_PlacementThatLeavesSlots_IsRefused()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => SlotTable.Create(Two, new Forgetful()));
        Assert.Contains("slot 16383", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lookup_OfAKey_AllocatesNothing()
    {
        SlotTable table = SlotTable.Create(Two);
        long allocated = long.MaxValue;
        for (int turn = 0; turn < 5 && allocated != 0; turn++) // the runtime may allocate when it compiles code anew
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(Sum(table) > 0);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);

        static int Sum(SlotTable table)
        {
            int sum = 0;
            for (int i = 0; i < 1_000; i++)
            {
                sum += table.NodeOf(SlotTable.SlotOf("key of a user")) + table.NodeOf(ClusterSlot.Of("{tag}key")) + 1;
            }

            return sum;
        }
    }

    internal static ushort[] OwnersOf(SlotTable table)
    {
        ushort[] owners = new ushort[SlotTable.SlotCount];
        table.CopyTo(owners);
        return owners;
    }

    private sealed class Forgetful : ISlotPlacement
    {
        public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next) =>
            next[..^1].Clear();
    }
}

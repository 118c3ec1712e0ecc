using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace FastShardMap.Routing.Tests;

public class PlacementTests
{
    public static TheoryData<string> Names => ["least", "ring", "ring-bounded", "rendezvous", "rendezvous-bounded"];

    public static TheoryData<string, int> NamesAndSeeds()
    {
        TheoryData<string, int> data = new();
        foreach (string name in Names.Select(row => row.Data))
        {
            foreach (int seed in Enumerable.Range(1, 12))
            {
                data.Add(name, seed);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(NamesAndSeeds))]
    public void Create_NodesInAnotherOrder_GivesTheSameOwners(string name, int seed)
    {
        RandomNodes random = new(seed);
        NodeWeight[] nodes = random.Weighted(2 + random.Below(20));
        SlotTable table = SlotTable.Create(nodes, Of(name));
        SlotTable shuffled = SlotTable.Create(random.Shuffled(nodes), Of(name));

        NodeWeight[] next = random.Changed(nodes);
        ReshardPlan plan = ReshardPlan.Create(table, next, Of(name));
        ReshardPlan shuffledPlan = ReshardPlan.Create(shuffled, random.Shuffled(next), Of(name));

        Assert.Equal(NamesOf(table), NamesOf(shuffled));
        Assert.Equal(NamesOf(plan.To), NamesOf(shuffledPlan.To));
        Assert.Equal(plan.Moves, shuffledPlan.Moves);
    }

    /// <summary>
    /// Tables of today, so that another processor, runtime or version of a hash that would move slots is noticed.
    /// </summary>
    [Theory]
    [InlineData("least", 15795153393955878599UL)]
    [InlineData("ring", 6812646988766866009UL)]
    [InlineData("ring-bounded", 1357608204802450492UL)]
    [InlineData("rendezvous", 8544866068693698766UL)]
    [InlineData("rendezvous-bounded", 16340376377027684029UL)]
    [InlineData("jump", 1933514211267937090UL)]
    public void Create_FixedNodes_GivesTheTableOfEveryMachine(string name, ulong checksum)
    {
        double[] weights = name == "jump" ? [1, 1, 1, 1, 1] : [1, 2, 0.5, 1.75, 3.2];
        NodeWeight[] nodes = [.. weights.Select((weight, i) => new NodeWeight($"10.0.0.{i}:6379", weight))];
        SlotTable table = SlotTable.Create(nodes, Of(name));
        SlotTable next = ReshardPlan.Create(table, [.. nodes, new NodeWeight("10.0.0.9:6379")], Of(name)).To;

        ushort[] owners = SlotTableTests.OwnersOf(next);
        Assert.Equal(checksum, XxHash3.HashToUInt64(MemoryMarshal.AsBytes(owners.AsSpan())));
    }

    [Theory]
    [MemberData(nameof(NamesAndSeeds))]
    public void Skew_OfWeightedNodes_IsWhatThePlacementPromises(string name, int seed)
    {
        RandomNodes random = new(seed);
        NodeWeight[] nodes = random.Weighted(2 + random.Below(15));
        double total = nodes.Sum(node => node.Weight);
        SlotTable table = SlotTable.Create(nodes, Of(name));
        foreach ((int index, NodeWeight node) in nodes.Index())
        {
            double share = SlotTable.SlotCount * node.Weight / total;
            (double least, double most) = name switch
            {
                "least" => (Math.Floor(share - 1e-9), Math.Ceiling(share + 1e-9)),

                // 512 virtual nodes: the relative deviation is about 1 / sqrt(points), and five of them are allowed.
                "ring" => Around(share, 5 * share / Math.Sqrt(512 * node.Weight)),
                "rendezvous" => Around(share, 5 * Math.Sqrt(share)),
                _ => (0, Math.Ceiling((share * Bound) + 1e-9)),
            };
            Assert.InRange(table.CountOf(index), least, most);
        }

        static (double, double) Around(double share, double deviation) => (share - deviation, share + deviation);
    }

    /// <summary>A bound of 1 leaves no freedom: every node owns its share, rounded up at most.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public void LoadBound_One_IsPerfectBalance(int count)
    {
        NodeWeight[] nodes = RandomNodes.Equal(count);
        foreach (ISlotPlacement placement in
            new ISlotPlacement[] { new RingPlacement(16, loadBound: 1), new RendezvousPlacement(loadBound: 1) })
        {
            SlotTable table = SlotTable.Create(nodes, placement);
            Assert.All(
                Enumerable.Range(0, count),
                node => Assert.True(table.CountOf(node) <= Math.Ceiling(SlotTable.SlotCount / (double)count)));
        }
    }

    /// <summary>Hashing without a bound moves slots only from nodes that lose weight to nodes that gain some.</summary>
    [Theory]
    [InlineData("ring", 1)]
    [InlineData("ring", 2)]
    [InlineData("ring", 3)]
    [InlineData("rendezvous", 1)]
    [InlineData("rendezvous", 2)]
    [InlineData("rendezvous", 3)]
    public void Create_NodeAddedOrRemoved_MovesNothingBetweenOthers(string name, int seed)
    {
        RandomNodes random = new(seed);
        NodeWeight[] nodes = random.Weighted(9);
        SlotTable table = SlotTable.Create(nodes, Of(name));

        ReshardPlan added = ReshardPlan.Create(table, [.. nodes, new NodeWeight("new")], Of(name));
        Assert.NotEmpty(added.Moves);
        Assert.All(added.Moves, move => Assert.Equal("new", move.To));

        ReshardPlan removed = ReshardPlan.Create(table, nodes[1..], Of(name));
        Assert.NotEmpty(removed.Moves);
        Assert.All(removed.Moves, move => Assert.Equal(nodes[0].Name, move.From));
        Assert.Equal(table.CountOf(0), removed.MovedSlots);

        ReshardPlan heavier = ReshardPlan.Create(
            table, [new NodeWeight(nodes[0].Name, nodes[0].Weight * 2), .. nodes[1..]], Of(name));
        Assert.NotEmpty(heavier.Moves);
        Assert.All(heavier.Moves, move => Assert.Equal(nodes[0].Name, move.To));
    }

    /// <summary>Vectors of the implementations in other languages.</summary>
    [Theory]
    [InlineData(1UL, 1, 0)]
    [InlineData(42UL, 57, 43)]
    [InlineData(0xDEAD10CCUL, 1, 0)]
    [InlineData(0xDEAD10CCUL, 666, 361)]
    [InlineData(256UL, 1024, 520)]
    public void JumpIndexOf_KnownVectors_AreThose(ulong key, int count, int index) =>
        Assert.Equal(index, JumpPlacement.IndexOf(key, count));

    [Fact]
    public void Jump_NodesAtTheEnd_MoveTheirSharesOnly()
    {
        NodeWeight[] nodes = RandomNodes.Equal(12);
        ReshardPlan plan = ReshardPlan.Create(
            SlotTable.Create(nodes[..8], new JumpPlacement()), nodes, new JumpPlacement());

        Assert.All(plan.Moves, move => Assert.True(Array.FindIndex(nodes, node => node.Name == move.To) >= 8));
        Assert.InRange(plan.MovedShare, plan.LeastShare - 0.02, plan.LeastShare + 0.02);
    }

    [Fact]
    public void Jump_UnequalWeights_AreRefused() =>
        Assert.Throws<ArgumentException>(
            "nodes", () => SlotTable.Create([new("a"), new("b", 2)], new JumpPlacement()));

    [Fact]
    public void Constructors_BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("virtualNodes", () => new RingPlacement(0));
        Assert.Throws<ArgumentOutOfRangeException>("virtualNodes", () => new RingPlacement(65_537));
        foreach (double bound in new[] { 0.99, -1, double.NaN, double.NegativeInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>("loadBound", () => new RingPlacement(loadBound: bound));
            Assert.Throws<ArgumentOutOfRangeException>("loadBound", () => new RendezvousPlacement(bound));
        }

        Assert.Throws<ArgumentException>(
            "nodes", () => SlotTable.Create([new("a", 1_000_000)], new RingPlacement(1_000)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fill_BadSpans_AreRefused(string name)
    {
        ISlotPlacement placement = Of(name);
        ushort[] all = new ushort[SlotTable.SlotCount];
        ushort[] bad = [.. all[1..], 1];
        NodeWeight[] one = [new("a")];

        Assert.Throws<ArgumentException>("nodes", () => placement.Fill([], all, all));
        Assert.Throws<ArgumentException>("nodes", () => placement.Fill([null!], all, all));
        Assert.Throws<ArgumentException>("current", () => placement.Fill(one, all.AsSpan(1), all));
        Assert.Throws<ArgumentException>("current", () => placement.Fill(one, bad, all));
        Assert.Throws<ArgumentException>("next", () => placement.Fill(one, all, all.AsSpan(1)));
    }

    [Fact]
    public void NegativeLogarithm_ManyHashes_IsTheLogarithm()
    {
        Random random = new(1);
        ulong[] hashes = [0, 1, ulong.MaxValue, 1UL << 63, .. Enumerable.Range(0, 10_000).Select(_ => Next(random))];
        foreach (ulong hash in hashes)
        {
            double number = ((hash >> 11) | 1) / (double)(1UL << 53);
            double expected = -Math.Log(number);
            Assert.Equal(1, RoutingHash.NegativeLogarithm(hash) / expected, 1e-9);
        }

        static ulong Next(Random random) => (ulong)random.NextInt64() << (random.Next(2) * random.Next(40));
    }

    private const double Bound = 1.01;

    private static ISlotPlacement Of(string name) => name switch
    {
        "least" => new LeastMovesPlacement(),
        "ring" => new RingPlacement(512),
        "ring-bounded" => new RingPlacement(loadBound: Bound),
        "rendezvous" => new RendezvousPlacement(),
        "rendezvous-bounded" => new RendezvousPlacement(Bound),
        "jump" => new JumpPlacement(),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static string[] NamesOf(SlotTable table) =>
        [.. SlotTableTests.OwnersOf(table).Select(owner => table.Nodes[owner].Name)];
}

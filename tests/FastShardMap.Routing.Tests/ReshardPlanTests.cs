namespace FastShardMap.Routing.Tests;

public class ReshardPlanTests
{
    [Fact]
    public void Create_EightToTwelveNodes_MovesAThird()
    {
        NodeWeight[] nodes = RandomNodes.Equal(12);
        ReshardPlan plan = ReshardPlan.Create(SlotTable.Create(nodes[..8], epoch: 4), nodes);

        Assert.Equal(plan.LeastShare, plan.MovedShare);
        Assert.Equal(1.0 / 3, plan.MovedShare, 0.000_5);
        Assert.Equal(5, plan.To.Epoch);
        Assert.True(plan.Skew < 1.001);
        Assert.Equal(plan.MovedSlots, plan.Moves.Sum(move => move.Count));
    }

    /// <summary>No plan that leads to whole shares moves fewer slots, and this one moves exactly so many.</summary>
    [Theory]
    [MemberData(nameof(RandomNodes.Seeds), MemberType = typeof(RandomNodes))]
    public void Create_LeastMoves_MovesTheLeast(int seed)
    {
        RandomNodes random = new(seed);
        NodeWeight[] nodes = random.Weighted(1 + random.Below(12));
        ISlotPlacement? first = random.Below(2) == 0 ? new RingPlacement(20) : null;
        SlotTable table = SlotTable.Create(nodes, first);
        for (int change = 0; change < 4; change++)
        {
            nodes = random.Changed(nodes);
            ReshardPlan plan = ReshardPlan.Create(table, nodes);

            Assert.Equal(plan.LeastShare, plan.MovedShare);
            Assert.Equal(LowerBound(table, nodes), plan.MovedSlots);
            Assert.All(plan.Moves, move => Assert.NotEqual(move.From, move.To));
            table = plan.To;
        }
    }

    [Theory]
    [MemberData(nameof(RandomNodes.Seeds), MemberType = typeof(RandomNodes))]
    public void Moves_AppliedInOrder_LeadToTheTable(int seed)
    {
        RandomNodes random = new(seed);
        NodeWeight[] nodes = random.Weighted(1 + random.Below(12));
        SlotTable table = SlotTable.Create(nodes, new RendezvousPlacement());
        ReshardPlan plan = ReshardPlan.Create(table, random.Changed(nodes), new RingPlacement());
        string[] owners = [.. SlotTableTests.OwnersOf(table).Select(owner => table.Nodes[owner].Name)];

        foreach (SlotMove move in plan.Moves)
        {
            for (int slot = move.First; slot <= move.Last; slot++)
            {
                Assert.Equal(move.From, owners[slot]);
                owners[slot] = move.To;
            }
        }

        Assert.Equal(owners, SlotTableTests.OwnersOf(plan.To).Select(owner => plan.To.Nodes[owner].Name));
    }

    [Fact]
    public void Create_SameNodes_MovesNothing()
    {
        NodeWeight[] nodes = RandomNodes.Equal(7);
        foreach (ISlotPlacement placement in new ISlotPlacement[]
        {
            new LeastMovesPlacement(), new RingPlacement(), new RendezvousPlacement(), new JumpPlacement(),
        })
        {
            ReshardPlan plan = ReshardPlan.Create(SlotTable.Create(nodes, placement), nodes, placement);
            Assert.Empty(plan.Moves);
            Assert.Equal(0, plan.MovedShare);
        }
    }

    [Fact]
    public void Create_AllNodesReplaced_MovesEverything()
    {
        ReshardPlan plan = ReshardPlan.Create(SlotTable.Create([new("a"), new("b")]), [new("c")]);

        Assert.Equal((1, 1), (plan.MovedShare, plan.LeastShare));
        Assert.Equal([new SlotMove(0, 8_191, "a", "c"), new SlotMove(8_192, 16_383, "b", "c")], plan.Moves);
    }

    [Fact]
    public void Create_BadArguments_AreRefused()
    {
        SlotTable table = SlotTable.Create([new("a")]);

        Assert.Throws<ArgumentNullException>("from", () => ReshardPlan.Create(null!, table.Nodes));
        Assert.Throws<ArgumentNullException>("to", () => ReshardPlan.Create(table, null!));
        Assert.Throws<ArgumentException>("to", () => ReshardPlan.Create(table, []));
        Assert.Throws<ArgumentNullException>("from", () => ReshardPlan.Between(null!, table));
        Assert.Throws<ArgumentNullException>("to", () => ReshardPlan.Between(table, null!));
        Assert.Throws<InvalidOperationException>(
            () => ReshardPlan.Create(SlotTable.Create([new("a")], epoch: long.MaxValue), table.Nodes));
    }

    // Nodes that own more than their share, rounded up, must give the rest away; with as many nodes rounded up as whole
    // slots require, which are those that it saves a move.
    private static int LowerBound(SlotTable table, NodeWeight[] nodes)
    {
        double total = nodes.Sum(node => node.Weight);
        (int Owned, int Floor, bool IsWhole)[] all =
        [
            .. nodes.Select(node =>
            {
                int index = table.IndexOf(node.Name);
                double share = SlotTable.SlotCount * node.Weight / total;
                int floor = (int)Math.Floor(share + 1e-9);
                return (index < 0 ? 0 : table.CountOf(index), floor, share - floor < 1e-9);
            }),
        ];
        int extra = SlotTable.SlotCount - all.Sum(node => node.Floor);
        int stay = all.Sum(node => Math.Min(node.Owned, node.Floor));
        int helped = all.Count(node => !node.IsWhole && node.Owned > node.Floor);
        return SlotTable.SlotCount - stay - Math.Min(extra, helped);
    }
}

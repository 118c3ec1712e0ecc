namespace FastShardMap.Routing;

/// <summary>The moves that lead from one table to another.</summary>
/// <remarks>Immutable and thread-safe. A plan only says what should move; nothing has moved.</remarks>
public sealed class ReshardPlan
{
    private ReshardPlan(SlotTable from, SlotTable to, int leastMoves)
    {
        From = from;
        To = to;
        List<SlotMove> moves = [];
        for (int slot = 0; slot < SlotTable.SlotCount; slot++)
        {
            string source = from.Nodes[from.NodeOf(slot)].Name;
            string target = to.Nodes[to.NodeOf(slot)].Name;
            if (source == target)
            {
                continue;
            }

            MovedSlots++;
            if (moves.Count > 0 && moves[^1] is SlotMove last && last.Last == slot - 1 && last.From == source
                && last.To == target)
            {
                moves[^1] = last with { Last = slot };
            }
            else
            {
                moves.Add(new SlotMove(slot, slot, source, target));
            }
        }

        Moves = moves.AsReadOnly();
        MovedShare = MovedSlots / (double)SlotTable.SlotCount;
        LeastShare = leastMoves / (double)SlotTable.SlotCount;
    }

    /// <summary>The table before the moves.</summary>
    public SlotTable From { get; }

    /// <summary>The table after the moves.</summary>
    public SlotTable To { get; }

    /// <summary>The moves, by slot, as few ranges as possible.</summary>
    public IReadOnlyList<SlotMove> Moves { get; }

    /// <summary>The number of slots that move.</summary>
    public int MovedSlots { get; }

    /// <summary>The share of all slots that move, between 0 and 1.</summary>
    public double MovedShare { get; }

    /// <summary>The share of all slots that must move at least until every node owns its share. A placement that leaves
    /// nodes with more or less than their share can move fewer.</summary>
    public double LeastShare { get; }

    /// <summary>How much more than its share the fullest node owns after the moves; see
    /// <see cref="SlotTable.Skew"/>.</summary>
    public double Skew => To.Skew;

    /// <summary>Plans the change to other nodes or weights.</summary>
    /// <param name="from">The table now.</param>
    /// <param name="to">The nodes afterwards, with distinct names. Nodes with the name of a node of
    /// <paramref name="from"/> are that node.</param>
    /// <param name="placement">Decides which node owns which slot; <see cref="LeastMovesPlacement"/> if null.</param>
    /// <returns>A plan whose table <see cref="To"/> has the epoch that follows that of
    /// <paramref name="from"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="from"/> or <paramref name="to"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="to"/> is empty, has more than
    /// <see cref="SlotTable.MaxNodes"/> elements, contains null or a name twice, or <paramref name="placement"/> does
    /// not accept it.</exception>
    /// <exception cref="InvalidOperationException">The placement left a slot without a node of the list, or there is no
    /// epoch after that of <paramref name="from"/>.</exception>
    public static ReshardPlan Create(
        SlotTable from, IReadOnlyList<NodeWeight> to, ISlotPlacement? placement = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        NodeWeight[] nodes = NodeList.Check(to, nameof(to));
        if (from.Epoch == long.MaxValue)
        {
            throw new InvalidOperationException("There is no epoch after that of the table.");
        }

        SlotTable next = from.Next(nodes, placement, from.Epoch + 1);
        return Between(from, next);
    }

    /// <summary>The moves between two tables.</summary>
    /// <param name="from">The table before.</param>
    /// <param name="to">The table after.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="from"/> or <paramref name="to"/> is null.</exception>
    public static ReshardPlan Between(SlotTable from, SlotTable to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        NodeWeight[] nodes = [.. to.Nodes];
        ushort[] current = new ushort[SlotTable.SlotCount];
        ushort[] renumbered =
            [.. from.Nodes.Select(node => to.IndexOf(node.Name) is int i and >= 0 ? (ushort)i : SlotTable.NoNode)];
        for (int slot = 0; slot < current.Length; slot++)
        {
            current[slot] = renumbered[from.NodeOf(slot)];
        }

        return new ReshardPlan(from, to, LeastMovesPlacement.LeastMoves(nodes, current));
    }
}

namespace FastShardMap.Routing;

/// <summary>Gives every node exactly its share, and moves as few slots as possible.</summary>
/// <remarks>
/// <para>A share that is not a whole number is rounded down or up; a node that already owns more than the number
/// rounded down is rounded up first, because that saves a move. Where a node gives slots away, they are its highest, so
/// that a move consists of few ranges. Unlike hashing, the result depends on the current owners: a table must be
/// stored, and cannot be computed from the nodes alone.</para>
/// <para>Immutable and thread-safe. The same nodes and owners give the same table on every machine, in any
/// order.</para>
/// </remarks>
public sealed class LeastMovesPlacement : ISlotPlacement
{
    internal static readonly LeastMovesPlacement Default = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has the wrong length or contents.</exception>
    public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
    {
        NodeList.CheckFill(nodes, current, next);
        int[] byName = NodeList.ByName(nodes);
        int[] quotas = Quotas(nodes, byName, current);
        int[] owned = Count(nodes.Length, current);
        current.CopyTo(next);

        // From the top: what a node keeps are its lowest slots.
        for (int slot = next.Length - 1; slot >= 0; slot--)
        {
            ushort owner = next[slot];
            if (owner != SlotTable.NoNode && owned[owner] > quotas[owner])
            {
                owned[owner]--;
                next[slot] = SlotTable.NoNode;
            }
        }

        int taker = 0;
        for (int slot = 0; slot < next.Length; slot++)
        {
            if (next[slot] == SlotTable.NoNode)
            {
                while (owned[byName[taker]] >= quotas[byName[taker]])
                {
                    taker++;
                }

                next[slot] = (ushort)byName[taker];
                owned[byName[taker]]++;
            }
        }
    }

    /// <summary>The fewest slots that must move until every node owns its share.</summary>
    internal static int LeastMoves(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current)
    {
        int[] quotas = Quotas(nodes, NodeList.ByName(nodes), current);
        int[] owned = Count(nodes.Length, current);
        int stay = 0;
        for (int i = 0; i < quotas.Length; i++)
        {
            stay += Math.Min(quotas[i], owned[i]);
        }

        return current.Length - stay;
    }

    private static int[] Count(int nodes, ReadOnlySpan<ushort> current)
    {
        int[] owned = new int[nodes];
        foreach (ushort owner in current)
        {
            if (owner != SlotTable.NoNode)
            {
                owned[owner]++;
            }
        }

        return owned;
    }

    // Shares rounded down; the slots that remain go to nodes that own more than that already, then to those whose
    // share was cut most.
    private static int[] Quotas(ReadOnlySpan<NodeWeight> nodes, int[] byName, ReadOnlySpan<ushort> current)
    {
        int[] owned = Count(nodes.Length, current);
        double total = NodeList.TotalWeight(nodes);
        int[] quotas = new int[nodes.Length];
        (bool Holds, double Cut, int Rank)[] order = new (bool, double, int)[nodes.Length];
        int remaining = current.Length;
        for (int rank = 0; rank < byName.Length; rank++)
        {
            int node = byName[rank];
            double share = current.Length * (nodes[node].Weight / total);
            quotas[node] = (int)Math.Min(Math.Floor(share), remaining);
            remaining -= quotas[node];
            double cut = share - quotas[node];
            order[rank] = (owned[node] > quotas[node] && cut > 0, cut, rank);
        }

        Array.Sort(order, static (left, right) =>
        {
            int holds = right.Holds.CompareTo(left.Holds);
            int cut = right.Cut.CompareTo(left.Cut);
            return holds != 0 ? holds : cut != 0 ? cut : left.Rank.CompareTo(right.Rank);
        });
        for (int i = 0; i < remaining; i++)
        {
            quotas[byName[order[i % order.Length].Rank]]++;
        }

        return quotas;
    }
}

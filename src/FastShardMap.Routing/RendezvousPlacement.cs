namespace FastShardMap.Routing;

/// <summary>Rendezvous hashing: a slot belongs to the node with the highest score for it.</summary>
/// <remarks>
/// <para>D. Thaler and C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on
/// Networking 6(1), 1998; weights as in J. Resch, "New hashing algorithms for data storage", SNIA 2015. A change of the
/// nodes or weights moves only slots to nodes that gain weight and from nodes that lose it. Shares deviate by chance,
/// as by throwing each slot on its own: by about one percent of the mean for 8 nodes.</para>
/// <para>With a load bound, a slot whose node is full goes to the node with the next highest score.</para>
/// <para>Immutable and thread-safe. The same nodes give the same table on every machine, in any order.</para>
/// </remarks>
public sealed class RendezvousPlacement : ISlotPlacement
{
    /// <summary>Creates a placement.</summary>
    /// <param name="loadBound">The most slots that a node may own, as a multiple of its share, rounded up; infinity for
    /// no bound.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="loadBound"/> is less than 1 or not a
    /// number.</exception>
    public RendezvousPlacement(double loadBound = double.PositiveInfinity)
    {
        NodeList.CheckLoadBound(loadBound);
        LoadBound = loadBound;
    }

    /// <summary>The most slots that a node may own, as a multiple of its share.</summary>
    public double LoadBound { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has the wrong length or contents.</exception>
    public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
    {
        NodeList.CheckFill(nodes, current, next);
        int[] byName = NodeList.ByName(nodes);
        byte[][] names = new byte[nodes.Length][];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Utf8Key.BytesOf(nodes[i].Name);
        }

        int[] free = NodeList.Limits(nodes, LoadBound);
        for (int slot = 0; slot < next.Length; slot++)
        {
            int best = -1;
            double bestScore = -1;
            foreach (int node in byName)
            {
                if (free[node] == 0)
                {
                    continue;
                }

                double score = nodes[node].Weight
                    / RoutingHash.NegativeLogarithm(RoutingHash.OfNode(names[node], slot));
                if (score > bestScore)
                {
                    best = node;
                    bestScore = score;
                }
            }

            next[slot] = (ushort)best;
            free[best]--;
        }
    }
}

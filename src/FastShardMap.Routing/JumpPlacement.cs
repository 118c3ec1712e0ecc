namespace FastShardMap.Routing;

/// <summary>Jump consistent hashing: a slot belongs to a position in the list of nodes.</summary>
/// <remarks>
/// <para>J. Lamping and E. Veach, "A fast, minimal memory, consistent hash algorithm", 2014. It numbers the nodes in
/// the order of the list and does not know their names. So only nodes at the end can be added or removed without moving
/// other slots, and weights must be equal.</para>
/// <para>Immutable and thread-safe. The same list gives the same table on every machine.</para>
/// </remarks>
public sealed class JumpPlacement : ISlotPlacement
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has the wrong length or contents; or the weights are not
    /// equal.</exception>
    public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
    {
        NodeList.CheckFill(nodes, current, next);
        foreach (NodeWeight node in nodes)
        {
            if (!node.Weight.Equals(nodes[0].Weight))
            {
                throw new ArgumentException(
                    $"{nameof(JumpPlacement)} needs equal weights; '{nodes[0].Name}' and '{node.Name}' differ.",
                    nameof(nodes));
            }
        }

        for (int slot = 0; slot < next.Length; slot++)
        {
            next[slot] = (ushort)IndexOf(RoutingHash.OfSlot(slot), nodes.Length);
        }
    }

    /// <summary>The algorithm of the paper, with its generator and its divisions.</summary>
    internal static int IndexOf(ulong key, int count)
    {
        long index = -1;
        long next = 0;
        while (next < count)
        {
            index = next;
            key = (key * 2_862_933_555_777_941_757) + 1;
            next = (long)((index + 1) * ((1L << 31) / (double)((key >> 33) + 1)));
        }

        return (int)index;
    }
}

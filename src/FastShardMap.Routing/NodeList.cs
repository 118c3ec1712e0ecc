namespace FastShardMap.Routing;

/// <summary>What all lists of nodes have in common.</summary>
internal static class NodeList
{
    /// <summary>Copies a list, so that nothing changes it later, and refuses what cannot be routed to.</summary>
    public static NodeWeight[] Check(IReadOnlyList<NodeWeight> nodes, string name)
    {
        ArgumentNullException.ThrowIfNull(nodes, name);
        NodeWeight[] list = [.. nodes];
        if (list.Length is 0 or > SlotTable.MaxNodes)
        {
            throw new ArgumentException(
                $"The list must have between 1 and {SlotTable.MaxNodes} nodes; it has {list.Length}.", name);
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (NodeWeight? node in list)
        {
            if (node is null)
            {
                throw new ArgumentException("The list contains null.", name);
            }

            if (!names.Add(node.Name))
            {
                throw new ArgumentException($"The list contains the node '{node.Name}' twice.", name);
            }
        }

        return list;
    }

    /// <summary>The indexes of the nodes by name: ties are broken by it, so that the order of a list does not
    /// matter.</summary>
    public static int[] ByName(ReadOnlySpan<NodeWeight> nodes)
    {
        string[] names = new string[nodes.Length];
        int[] indexes = new int[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            names[i] = nodes[i].Name;
            indexes[i] = i;
        }

        Array.Sort(names, indexes, StringComparer.Ordinal);
        return indexes;
    }

    /// <summary>The sum of the weights, added by name: sums of floating-point numbers depend on their order.</summary>
    public static double TotalWeight(ReadOnlySpan<NodeWeight> nodes)
    {
        double total = 0;
        foreach (int node in ByName(nodes))
        {
            total += nodes[node].Weight;
        }

        return total;
    }

    /// <summary>For each node, the most slots it may own under a load bound.</summary>
    public static int[] Limits(ReadOnlySpan<NodeWeight> nodes, double loadBound)
    {
        int[] limits = new int[nodes.Length];
        double total = TotalWeight(nodes);
        for (int i = 0; i < limits.Length; i++)
        {
            double limit = Math.Ceiling(SlotTable.SlotCount * (nodes[i].Weight / total) * loadBound);
            limits[i] = (int)Math.Min(limit, SlotTable.SlotCount);
        }

        return limits;
    }

    /// <summary>The arguments of <see cref="ISlotPlacement.Fill"/>.</summary>
    public static void CheckFill(
        ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, ReadOnlySpan<ushort> next)
    {
        if (nodes.Length is 0 or > SlotTable.MaxNodes || nodes.Contains(null!))
        {
            throw new ArgumentException(
                $"There must be between 1 and {SlotTable.MaxNodes} nodes, and none of them null.", nameof(nodes));
        }

        if (next.Length != SlotTable.SlotCount)
        {
            throw new ArgumentException($"The span needs {SlotTable.SlotCount} elements.", nameof(next));
        }

        if (current.Length != SlotTable.SlotCount)
        {
            throw new ArgumentException($"The span needs {SlotTable.SlotCount} elements.", nameof(current));
        }

        foreach (ushort owner in current)
        {
            if (owner >= nodes.Length && owner != SlotTable.NoNode)
            {
                throw new ArgumentException($"There is no node {owner}.", nameof(current));
            }
        }
    }

    public static void CheckLoadBound(double loadBound)
    {
        if (!(loadBound >= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(loadBound), loadBound, "The load bound must be at least 1, or infinity for none.");
        }
    }
}

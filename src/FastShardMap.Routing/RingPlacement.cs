using System.Runtime.InteropServices;

namespace FastShardMap.Routing;

/// <summary>Consistent hashing on a ring: a slot belongs to the first virtual node at or after its position.</summary>
/// <remarks>
/// <para>D. Karger et al., "Consistent hashing and random trees", STOC 1997. Each node has
/// <c>virtualNodes × weight</c> points on the ring, at least one. A change of the nodes moves only slots to new nodes
/// and from removed ones, but how many is left to chance: with 128 virtual nodes, the fullest of 12 nodes typically
/// owns 1.1 to 1.2 times its share. <see cref="LeastMovesPlacement"/> is exact.</para>
/// <para>With a load bound, a slot whose node is full goes to the next node on the ring, as in V. Mirrokni, M. Thorup
/// and M. Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018. The load is the number of slots that a
/// node owns, and not its load at the moment, so a key's owner does not depend on the time of the question.</para>
/// <para>Immutable and thread-safe. The same nodes give the same table on every machine, in any order.</para>
/// </remarks>
public sealed class RingPlacement : ISlotPlacement
{
    /// <summary>The largest number of virtual nodes per node of weight 1.</summary>
    public const int MaxVirtualNodes = 65_536;

    private const long MaxPoints = 8 << 20;

    /// <summary>Creates a placement.</summary>
    /// <param name="virtualNodes">The number of points on the ring per node of weight 1.</param>
    /// <param name="loadBound">The most slots that a node may own, as a multiple of its share, rounded up; infinity for
    /// no bound.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="virtualNodes"/> is less than 1 or greater than
    /// <see cref="MaxVirtualNodes"/>, or <paramref name="loadBound"/> is less than 1 or not a number.</exception>
    public RingPlacement(int virtualNodes = 128, double loadBound = double.PositiveInfinity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(virtualNodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(virtualNodes, MaxVirtualNodes);
        NodeList.CheckLoadBound(loadBound);
        VirtualNodes = virtualNodes;
        LoadBound = loadBound;
    }

    /// <summary>The number of points on the ring per node of weight 1.</summary>
    public int VirtualNodes { get; }

    /// <summary>The most slots that a node may own, as a multiple of its share.</summary>
    public double LoadBound { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has the wrong length or contents; or the weights would give more than
    /// 8,388,608 points.</exception>
    public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
    {
        NodeList.CheckFill(nodes, current, next);
        Point[] points = PointsOf(nodes);
        int[] free = NodeList.Limits(nodes, LoadBound);
        for (int slot = 0; slot < next.Length; slot++)
        {
            int index = FirstAtOrAfter(points, RoutingHash.OfSlot(slot));
            while (free[points[index].Node] == 0)
            {
                // The limits add up to all slots at least, so some node on the ring has room.
                index = index + 1 == points.Length ? 0 : index + 1;
            }

            next[slot] = points[index].Node;
            free[points[index].Node]--;
        }
    }

    private static int FirstAtOrAfter(Point[] points, ulong position)
    {
        int low = 0;
        int high = points.Length;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            if (points[middle].Position < position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == points.Length ? 0 : low;
    }

    private Point[] PointsOf(ReadOnlySpan<NodeWeight> nodes)
    {
        int[] counts = new int[nodes.Length];
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double count = Math.Max(1, Math.Round(VirtualNodes * nodes[i].Weight));
            counts[i] = (int)Math.Min(count, MaxPoints + 1);
            total += counts[i];
        }

        if (total > MaxPoints)
        {
            throw new ArgumentException(
                $"The weights and {VirtualNodes} virtual node(s) give more than {MaxPoints} points on the ring; use "
                    + "smaller weights or fewer virtual nodes.",
                nameof(nodes));
        }

        List<Point> points = new((int)total);
        int[] byName = NodeList.ByName(nodes);
        for (int rank = 0; rank < byName.Length; rank++)
        {
            int node = byName[rank];
            byte[] name = Utf8Key.BytesOf(nodes[node].Name);
            for (int i = 0; i < counts[node]; i++)
            {
                points.Add(new Point(RoutingHash.OfNode(name, i), rank, (ushort)node));
            }
        }

        Point[] sorted = [.. points];
        Array.Sort(sorted, Point.Compare);
        return sorted;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Point(ulong Position, int Rank, ushort Node)
    {
        public static int Compare(Point left, Point right)
        {
            int order = left.Position.CompareTo(right.Position);
            return order != 0 ? order : left.Rank.CompareTo(right.Rank);
        }
    }
}

using System.IO.Hashing;
using System.Text;

namespace FastShardMap.Routing;

/// <summary>Which node owns which of the 16,384 slots. A key belongs to a slot, and the slot belongs to a
/// node.</summary>
/// <remarks>
/// <para>A lookup is a hash and one array access, whatever the <see cref="ISlotPlacement"/> that built the table. To
/// change a table, make a new one and replace the reference; the epoch says which of two tables is newer.</para>
/// <para>Immutable, and therefore thread-safe. It takes 32 KiB. Lookups do not allocate.</para>
/// </remarks>
public sealed class SlotTable
{
    /// <summary>The number of slots, which is that of Redis, Valkey and Garnet in cluster mode.</summary>
    public const int SlotCount = 16_384;

    /// <summary>The largest number of nodes of a table.</summary>
    public const int MaxNodes = 4_096;

    /// <summary>The owner of a slot that no node of a list owns; see <see cref="ISlotPlacement.Fill"/>.</summary>
    public const ushort NoNode = ushort.MaxValue;

    private readonly ushort[] _owners;
    private readonly NodeWeight[] _nodes;
    private readonly int[] _counts;

    private SlotTable(NodeWeight[] nodes, ushort[] owners, long epoch)
    {
        _nodes = nodes;
        _owners = owners;
        Epoch = epoch;
        Nodes = Array.AsReadOnly(nodes);
        _counts = new int[nodes.Length];
        foreach (ushort owner in owners)
        {
            _counts[owner]++;
        }
    }

    /// <summary>The version of the table: of two tables for the same data, the one with the greater epoch is
    /// newer.</summary>
    public long Epoch { get; }

    /// <summary>The nodes, in the order in which they were given.</summary>
    public IReadOnlyList<NodeWeight> Nodes { get; }

    /// <summary>How much more than its share the fullest node owns: 1 is perfect, and 1.2 means that one node owns
    /// 1.2 times its share. Weights count.</summary>
    public double Skew
    {
        get
        {
            double total = NodeList.TotalWeight(_nodes);
            double worst = 0;
            for (int i = 0; i < _nodes.Length; i++)
            {
                worst = Math.Max(worst, _counts[i] / (SlotCount * (_nodes[i].Weight / total)));
            }

            return worst;
        }
    }

    /// <summary>Builds a table for nodes that own nothing yet.</summary>
    /// <param name="nodes">The nodes, with distinct names.</param>
    /// <param name="placement">Decides which node owns which slot; <see cref="LeastMovesPlacement"/> if null.</param>
    /// <param name="epoch">The table's epoch.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="nodes"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> is empty, has more than <see cref="MaxNodes"/>
    /// elements, contains null or a name twice, or <paramref name="placement"/> does not accept it.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The placement left a slot without a node of the list.</exception>
    public static SlotTable Create(IReadOnlyList<NodeWeight> nodes, ISlotPlacement? placement = null, long epoch = 0)
    {
        NodeWeight[] list = NodeList.Check(nodes, nameof(nodes));
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ushort[] none = new ushort[SlotCount];
        none.AsSpan().Fill(NoNode);
        return new SlotTable(list, Place(list, none, placement), epoch);
    }

    /// <summary>Builds a table from what each node owns, such as the answer of <c>CLUSTER SLOTS</c> or a stored
    /// table.</summary>
    /// <param name="nodes">The nodes, with distinct names.</param>
    /// <param name="ranges">Ranges that together hold every slot exactly once.</param>
    /// <param name="epoch">The table's epoch.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="nodes"/> or <paramref name="ranges"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> is empty, has more than <see cref="MaxNodes"/>
    /// elements, or contains null or a name twice; or <paramref name="ranges"/> names a slot or a node that does not
    /// exist, a slot twice, or not every slot.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epoch"/> is negative.</exception>
    public static SlotTable FromRanges(
        IReadOnlyList<NodeWeight> nodes, IReadOnlyList<SlotRange> ranges, long epoch = 0)
    {
        NodeWeight[] list = NodeList.Check(nodes, nameof(nodes));
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ushort[] owners = new ushort[SlotCount];
        owners.AsSpan().Fill(NoNode);
        foreach (SlotRange range in ranges)
        {
            if (range.First < 0 || range.Last >= SlotCount || range.First > range.Last
                || (uint)range.Node >= (uint)list.Length)
            {
                throw new ArgumentException(
                    $"The range {range} has slots outside 0 to {SlotCount - 1} or a node outside 0 to "
                        + $"{list.Length - 1}.",
                    nameof(ranges));
            }

            Span<ushort> part = owners.AsSpan(range.First, range.Count);
            int taken = part.IndexOfAnyExcept(NoNode);
            if (taken >= 0)
            {
                throw new ArgumentException($"Two ranges hold slot {range.First + taken}.", nameof(ranges));
            }

            part.Fill((ushort)range.Node);
        }

        int missing = owners.AsSpan().IndexOf(NoNode);
        return missing < 0
            ? new SlotTable(list, owners, epoch)
            : throw new ArgumentException($"No range holds slot {missing}.", nameof(ranges));
    }

    /// <summary>The slot of a key: 14 bits of XXH3 with a seed.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <param name="seed">The seed. All processes that route to the same nodes must use the same one.</param>
    /// <returns>A slot below <see cref="SlotCount"/>.</returns>
    /// <remarks>For independent servers; engines in cluster mode have <see cref="ClusterSlot"/>. Does not
    /// allocate.</remarks>
    public static int SlotOf(ReadOnlySpan<byte> key, ulong seed = 0) =>
        (int)XxHash3.HashToUInt64(key, (long)seed) & (SlotCount - 1);

    /// <summary>The slot of a key that is text, as UTF-8.</summary>
    /// <param name="key">The key.</param>
    /// <param name="seed">The seed. All processes that route to the same nodes must use the same one.</param>
    /// <returns>A slot below <see cref="SlotCount"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="EncoderFallbackException"><paramref name="key"/> contains half of a surrogate pair.</exception>
    public static int SlotOf(string key, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Utf8Key.Use(key, seed, SlotOf);
    }

    /// <summary>The index in <see cref="Nodes"/> of the node that owns a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="slot"/> is negative or not below
    /// <see cref="SlotCount"/>.</exception>
    public int NodeOf(int slot)
    {
        ushort[] owners = _owners;
        return (uint)slot < (uint)owners.Length ? owners[slot] : throw NoSuchSlot(slot);
    }

    /// <summary>The index in <see cref="Nodes"/> of the node with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The index, or −1 if the table has no such node.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Array.FindIndex(_nodes, node => node.Name == name);
    }

    /// <summary>The number of slots that a node owns.</summary>
    /// <param name="node">The node's index in <see cref="Nodes"/>.</param>
    /// <returns>The number of slots.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="node"/> is no index of
    /// <see cref="Nodes"/>.</exception>
    public int CountOf(int node) => (uint)node < (uint)_counts.Length
        ? _counts[node]
        : throw new ArgumentOutOfRangeException(nameof(node), node, $"The table has {_nodes.Length} node(s).");

    /// <summary>Copies the owner of every slot.</summary>
    /// <param name="owners">Receives indexes in <see cref="Nodes"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="owners"/> has fewer than <see cref="SlotCount"/>
    /// elements.</exception>
    public void CopyTo(Span<ushort> owners)
    {
        if (owners.Length < SlotCount)
        {
            throw new ArgumentException($"The span needs {SlotCount} elements.", nameof(owners));
        }

        _owners.CopyTo(owners);
    }

    /// <summary>The slots as ranges in ascending order, as few as possible.</summary>
    /// <returns>A new list, from which <see cref="FromRanges"/> builds the table again.</returns>
    public IReadOnlyList<SlotRange> ToRanges()
    {
        List<SlotRange> ranges = [];
        int first = 0;
        for (int slot = 1; slot <= SlotCount; slot++)
        {
            if (slot == SlotCount || _owners[slot] != _owners[first])
            {
                ranges.Add(new SlotRange(first, slot - 1, _owners[first]));
                first = slot;
            }
        }

        return ranges;
    }

    /// <summary>A table in which another node owns some slots, such as after the answer <c>MOVED</c> of an
    /// engine.</summary>
    /// <param name="first">The first slot.</param>
    /// <param name="last">The last slot, which changes its owner too.</param>
    /// <param name="node">The index in <see cref="Nodes"/> of the new owner.</param>
    /// <param name="epoch">The new table's epoch.</param>
    /// <returns>The new table; this one stays as it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A slot or a node does not exist, <paramref name="last"/> is less
    /// than <paramref name="first"/>, or <paramref name="epoch"/> is not greater than
    /// <see cref="Epoch"/>.</exception>
    public SlotTable WithOwner(int first, int last, int node, long epoch)
    {
        if ((uint)first >= SlotCount)
        {
            throw NoSuchSlot(first, nameof(first));
        }

        if ((uint)last >= SlotCount || last < first)
        {
            throw NoSuchSlot(last, nameof(last));
        }

        _ = CountOf(node);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(epoch, Epoch);
        ushort[] owners = (ushort[])_owners.Clone();
        owners.AsSpan(first, last - first + 1).Fill((ushort)node);
        return new SlotTable(_nodes, owners, epoch);
    }

    /// <summary>The table that follows this one, with other nodes.</summary>
    internal SlotTable Next(NodeWeight[] nodes, ISlotPlacement? placement, long epoch)
    {
        Dictionary<string, ushort> indexes = new(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Length; i++)
        {
            indexes.Add(nodes[i].Name, (ushort)i);
        }

        ushort[] renumbered = Array.ConvertAll(_nodes, node => indexes.GetValueOrDefault(node.Name, NoNode));
        ushort[] current = Array.ConvertAll(_owners, owner => renumbered[owner]);
        return new SlotTable(nodes, Place(nodes, current, placement), epoch);
    }

    private static ushort[] Place(NodeWeight[] nodes, ushort[] current, ISlotPlacement? placement)
    {
        ushort[] next = new ushort[SlotCount];
        next.AsSpan().Fill(NoNode);
        ISlotPlacement chosen = placement ?? LeastMovesPlacement.Default;
        chosen.Fill(nodes, current, next);
        for (int slot = 0; slot < SlotCount; slot++)
        {
            if (next[slot] >= nodes.Length)
            {
                throw new InvalidOperationException(
                    $"{chosen.GetType().Name} left slot {slot} without a node of the list.");
            }
        }

        return next;
    }

    private static ArgumentOutOfRangeException NoSuchSlot(int slot, string name = "slot") =>
        new(name, slot, $"Slots are numbered from 0 to {SlotCount - 1}, and a range ends where it begins or later.");
}

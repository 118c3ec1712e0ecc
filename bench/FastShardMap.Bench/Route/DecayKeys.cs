using System.Buffers.Binary;
using FastShardMap.Bench.Keys;
using FastShardMap.Routing;

namespace FastShardMap.Bench.Route;

/// <summary>The keys of a case: their slots, and how often each is read.</summary>
internal sealed class DecayKeys
{
    private readonly DecayCase _case;
    private readonly SlotTable _table;
    private readonly SlotTable _stale;
    private readonly int _nearKeys;
    private readonly ZipfGenerator? _ranks;
    private SplitMix _random;

    public DecayKeys(DecayCase one, ulong seed)
    {
        _case = one;
        _table = SlotTable.Create(
            [.. Enumerable.Range(0, one.Nodes).Select(i => new NodeWeight($"10.0.0.{i}:6379"))], one.Placement);
        _stale = Stale(_table, one.StaleShare);
        _nearKeys = (int)(one.NearShare * DecayCosts.Keys);
        _random = new SplitMix(seed);
        _ranks = one.Theta > 0 ? new ZipfGenerator(DecayCosts.Keys, one.Theta, seed + 1) : null;
    }

    /// <summary>Draws a key: the node that a caller asks first, and the node that owns it; null for a near
    /// hit.</summary>
    public (int Asked, int Owner)? Next()
    {
        int key = _ranks is null ? (int)_random.Below(DecayCosts.Keys) : (int)_ranks.NextRank() - 1;
        return key < _nearKeys || _random.NextDouble() <= _case.NearHitRate ? null : Route(key);
    }

    /// <summary>The probabilities that a read is asked of a node first, and that it is redirected to it.</summary>
    public (double[] Asked, double[] Redirected) Shares()
    {
        double[] asked = new double[_case.Nodes];
        double[] redirected = new double[_case.Nodes];
        double total = 0;
        for (int key = 0; key < DecayCosts.Keys; key++)
        {
            total += Math.Pow(key + 1, -_case.Theta);
        }

        for (int key = _nearKeys; key < DecayCosts.Keys; key++)
        {
            double share = Math.Pow(key + 1, -_case.Theta) / total * (1 - _case.NearHitRate);
            (int first, int owner) = Route(key);
            asked[first] += share;
            if (first != owner)
            {
                redirected[owner] += share;
            }
        }

        return (asked, redirected);
    }

    // Every k-th slot names the next node: a stale table misses the moves of all nodes alike.
    private static SlotTable Stale(SlotTable table, double share)
    {
        if (table.Nodes.Count == 1 || share <= 0)
        {
            return table;
        }

        List<SlotRange> ranges = [];
        for (int slot = 0; slot < SlotTable.SlotCount; slot++)
        {
            int owner = table.NodeOf(slot);
            bool isStale = (long)((slot + 1) * share) > (long)(slot * share);
            ranges.Add(new SlotRange(slot, slot, isStale ? (owner + 1) % table.Nodes.Count : owner));
        }

        return SlotTable.FromRanges(table.Nodes, ranges);
    }

    private (int Asked, int Owner) Route(int key)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, key);
        int slot = SlotTable.SlotOf(bytes);
        return (_stale.NodeOf(slot), _table.NodeOf(slot));
    }
}

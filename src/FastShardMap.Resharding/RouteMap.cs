using FastShardMap.Routing;

namespace FastShardMap.Resharding;

/// <summary>A document, prepared for lookups. Immutable.</summary>
internal sealed class RouteMap
{
    private readonly long[] _tokens = new long[SlotTable.SlotCount];
    private readonly RouteDocument.MoveEntry?[] _moves = new RouteDocument.MoveEntry?[SlotTable.SlotCount];

    public RouteMap(RouteDocument document)
    {
        Document = document;
        try
        {
            Table = SlotTable.FromRanges(
                [.. document.Nodes.Select(node => new NodeWeight(node.Name, node.Weight))],
                [.. document.Ranges.Select(range => new SlotRange(range.First, range.Last, range.Node))],
                document.Epoch);
            foreach (RouteDocument.RangeEntry range in document.Ranges)
            {
                _tokens.AsSpan(range.First, range.Last - range.First + 1).Fill(range.Token);
            }

            foreach (RouteDocument.MoveEntry move in document.Moves)
            {
                _moves.AsSpan(move.First, move.Last - move.First + 1).Fill(move);
            }
        }
        catch (ArgumentException exception)
        {
            throw new ReshardException("The table of slots on the control server is damaged.", exception);
        }
    }

    public RouteDocument Document { get; }

    public SlotTable Table { get; }

    public long Epoch => Document.Epoch;

    /// <summary>The moves that have begun. They are all in the same state.</summary>
    public IEnumerable<RouteDocument.MoveEntry> Active =>
        Document.Moves.Where(move => move.State != MoveState.Planned);

    public SlotRule RuleOf(int slot) => _moves[slot] is { State: not MoveState.Planned } move
        ? new SlotRule(slot, move.From, move.To, move.State, move.Previous, move.Token, move.Percent)
        : new SlotRule(slot, Table.Nodes[Table.NodeOf(slot)].Name, "", MoveState.Planned, 0, _tokens[slot], 0);

    /// <summary>Builds the ranges of a document from an owner and a token per slot.</summary>
    public static List<RouteDocument.RangeEntry> RangesOf(Func<int, (int Node, long Token)> of)
    {
        List<RouteDocument.RangeEntry> ranges = [];
        for (int slot = 0; slot < SlotTable.SlotCount; slot++)
        {
            (int node, long token) = of(slot);
            if (ranges.Count > 0 && ranges[^1] is { } last && last.Node == node && last.Token == token)
            {
                ranges[^1] = last with { Last = slot };
            }
            else
            {
                ranges.Add(new RouteDocument.RangeEntry(slot, slot, node, token));
            }
        }

        return ranges;
    }

    public long TokenOf(int slot) => _tokens[slot];
}

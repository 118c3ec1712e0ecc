using System.Diagnostics.CodeAnalysis;
using FastShardMap.Routing;

namespace FastShardMap.Resharding;

/// <summary>A document, prepared for lookups. Immutable.</summary>
internal sealed class RouteMap
{
    private const string Damaged = "The table of slots on the control server is damaged.";

    private readonly long[] _tokens = new long[SlotTable.SlotCount];
    private readonly RouteDocument.MoveEntry?[] _moves = new RouteDocument.MoveEntry?[SlotTable.SlotCount];

    public RouteMap(RouteDocument document)
    {
        Document = document;
        try
        {
            // JSON has null also where the types do not.
            Check(document.Nodes is not null && document.Nodes.All(node => node is not null), "a server");
            Check(document.Ranges is not null && document.Ranges.All(range => range is not null), "a range");
            Check(document.Moves is not null && document.Moves.All(move => move is not null), "a move");
            Table = SlotTable.FromRanges(
                [.. document.Nodes.Select(node => new NodeWeight(node.Name, node.Weight))],
                [.. document.Ranges.Select(range => new SlotRange(range.First, range.Last, range.Node))],
                document.Epoch);
            foreach (RouteDocument.RangeEntry range in document.Ranges)
            {
                _tokens.AsSpan(range.First, range.Last - range.First + 1).Fill(range.Token);
            }

            HashSet<string> names = new(Table.Nodes.Select(node => node.Name), StringComparer.Ordinal);
            MoveState? wave = Active.FirstOrDefault()?.State;
            foreach (RouteDocument.MoveEntry move in document.Moves)
            {
                Add(move, names, wave);
            }
        }
        catch (ArgumentException exception)
        {
            throw new ReshardException(Damaged, exception);
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

    private static void Check([DoesNotReturnIf(false)] bool isRight, string what)
    {
        if (!isRight)
        {
            throw new ReshardException($"{Damaged} It holds {what} that cannot be.");
        }
    }

    /// <summary>A move that no coordinator has stored can delete the only copy of a key.</summary>
    private void Add(RouteDocument.MoveEntry move, HashSet<string> names, MoveState? wave)
    {
        Check(move is { From: not null, To: not null } && move.From != move.To, "a move");
        Check(names.Contains(move.From) && names.Contains(move.To), "the server of a move");
        Check(move.First >= 0 && move.First <= move.Last && move.Last < SlotTable.SlotCount, "slots of a move");
        Check(Enum.IsDefined(move.State), "a state");
        Check(move.State == MoveState.Planned || move.State == wave, "a state of a wave");
        for (int slot = move.First; slot <= move.Last; slot++)
        {
            string owner = Table.Nodes[Table.NodeOf(slot)].Name;
            Check(_moves[slot] is null && (owner == move.From || owner == move.To), "a move of a slot");
            _moves[slot] = move;
        }
    }
}

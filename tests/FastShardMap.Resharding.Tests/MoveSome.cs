using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

/// <summary>Moves the first slots to the last node and leaves the others: few slots make a quick test.</summary>
internal sealed class MoveSome(int slots) : ISlotPlacement
{
    public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
    {
        current.CopyTo(next);
        next[..slots].Fill((ushort)(nodes.Length - 1));
    }
}

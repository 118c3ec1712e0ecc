namespace FastShardMap.Routing;

/// <summary>Decides which node owns which slot. It builds tables; a lookup never calls it.</summary>
/// <remarks>
/// The placements of this package are immutable and thread-safe, and give the same result on every machine and for
/// every order of the nodes (<see cref="JumpPlacement"/> excepted, which numbers the nodes in order). Use them through
/// <see cref="SlotTable.Create"/> and <see cref="ReshardPlan.Create"/>, which check what an implementation returns.
/// </remarks>
public interface ISlotPlacement
{
    /// <summary>Assigns every slot to a node.</summary>
    /// <param name="nodes">The nodes, with distinct names. There is at least one node and at most
    /// <see cref="SlotTable.MaxNodes"/>.</param>
    /// <param name="current">For each slot, the index in <paramref name="nodes"/> of the node that owns it now, or
    /// <see cref="SlotTable.NoNode"/> if none of them does.</param>
    /// <param name="next">Receives for each slot the index in <paramref name="nodes"/> of its owner.</param>
    void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next);
}

using FastShardMap.Routing;

namespace FastShardMap.Resharding;

/// <summary>What the control server says.</summary>
/// <param name="Table">The owners. A move changes them when it is complete.</param>
/// <param name="Moves">The moves that are not complete, with the state of each.</param>
/// <param name="Percent">The percentage of keys of the moving slots that are read from their new owners.</param>
public sealed record ReshardStatus(SlotTable Table, IReadOnlyList<(SlotMove Move, MoveState State)> Moves, int Percent)
{
    /// <summary>Gets the state of the moves that have begun; <see cref="MoveState.Planned"/> if none has.</summary>
    public MoveState State => Moves.Select(move => move.State).FirstOrDefault(state => state != MoveState.Planned);
}

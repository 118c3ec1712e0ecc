using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>A table of slots, as far as it concerns the one slot.</summary>
/// <param name="IsTurned">Whether the slot moves from B to A.</param>
/// <param name="IsComplete">Whether no move is left.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct Table(
    MoveState State, byte Epoch, byte Token, byte Previous, byte Percent, bool IsTurned, bool IsComplete)
{
    /// <summary>The rule that the code under test derives from a table.</summary>
    public readonly SlotRule Rule => new(
        0,
        IsTurned ? "B" : "A",
        IsTurned ? "A" : "B",
        IsComplete ? MoveState.Planned : State,
        Previous,
        Token,
        Percent);
}

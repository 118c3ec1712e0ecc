using System.Runtime.InteropServices;

namespace FastShardMap.Resharding;

/// <summary>How far a reshard has come.</summary>
/// <param name="State">The state of the slots that are moving now.</param>
/// <param name="SlotsDone">Slots whose moves are complete since the start of this run.</param>
/// <param name="SlotsTotal">Slots of all moves of this run.</param>
/// <param name="KeysCopied">Keys copied since the start of this run.</param>
/// <param name="Percent">The percentage of keys that are read from the new owners.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReshardProgress(
    MoveState State, int SlotsDone, int SlotsTotal, long KeysCopied, int Percent);

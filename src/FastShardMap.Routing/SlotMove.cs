using System.Runtime.InteropServices;

namespace FastShardMap.Routing;

/// <summary>Consecutive slots that a plan moves from one node to another.</summary>
/// <param name="First">The first slot.</param>
/// <param name="Last">The last slot, which belongs to the move.</param>
/// <param name="From">The name of the node that owns the slots before the move.</param>
/// <param name="To">The name of the node that owns the slots after the move.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SlotMove(int First, int Last, string From, string To)
{
    /// <summary>The number of slots.</summary>
    public int Count => Last - First + 1;
}

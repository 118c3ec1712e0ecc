using System.Runtime.InteropServices;

namespace FastShardMap.Routing;

/// <summary>Consecutive slots that one node owns.</summary>
/// <param name="First">The first slot.</param>
/// <param name="Last">The last slot, which belongs to the range.</param>
/// <param name="Node">The index of the node in the table's <see cref="SlotTable.Nodes"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SlotRange(int First, int Last, int Node)
{
    /// <summary>The number of slots.</summary>
    public int Count => Last - First + 1;
}

using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>What a server has of the slot and its one key.</summary>
/// <param name="Value">The value, or −1 for none.</param>
/// <param name="Fence">The fence of the slot.</param>
/// <param name="Log">The identity that the log has for the key, or 0.</param>
/// <param name="Sequence">The number of the last snapshot that was taken here.</param>
/// <param name="Version">The number of the snapshot that the value comes from, or 0.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct Server(sbyte Value, byte Fence, byte Log, byte Sequence, byte Version);

using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>Identifies a block as it was handed out. A later block at the same address has another serial
/// number.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LiveBlockId(nuint Start, nuint Bytes, long Serial);

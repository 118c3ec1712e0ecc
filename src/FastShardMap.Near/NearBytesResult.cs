using System.Runtime.InteropServices;

namespace FastShardMap.Near;

/// <summary>What a read of <see cref="NearBytes"/> has found.</summary>
/// <param name="Found">Whether the key has a value.</param>
/// <param name="Value">The bytes of the value; empty if the key has none.</param>
/// <param name="Version">The version of the value, for <see cref="NearBytes"/>'s compare and set;
/// <see cref="NearVersion.None"/> if the key has no value.</param>
/// <param name="IsNear">Whether the answer came from the near copy.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NearBytesResult(
    bool Found, ReadOnlyMemory<byte> Value, NearVersion Version, bool IsNear);

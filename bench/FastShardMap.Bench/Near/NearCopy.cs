using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Near;

/// <summary>As many bytes as a near copy of <see cref="NearPair"/> has in its cache: its version and three bytes of an
/// epoch beside the value.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 27)]
internal struct NearCopy
{
    public NearPair Value;
}

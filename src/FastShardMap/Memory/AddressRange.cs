using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>A range of the address space.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressRange(nuint Start, nuint Bytes)
{
    public nuint End => Start + Bytes;
}

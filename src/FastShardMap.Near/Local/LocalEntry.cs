using System.Runtime.InteropServices;

namespace FastShardMap.Near.Local;

/// <summary>A near copy.</summary>
/// <typeparam name="TValue">The type of the value.</typeparam>
[StructLayout(LayoutKind.Sequential)]
internal struct LocalEntry<TValue>
    where TValue : unmanaged
{
    /// <summary>The version of the value, or zero: the engine had no value.</summary>
    public ulong Version;

    /// <summary>The epoch in which the read began. Entries of earlier epochs are void.</summary>
    public int Epoch;

    public TValue Value;
}

using System.Runtime.InteropServices;

namespace FastShardMap.Near.Local;

/// <summary>A near copy.</summary>
/// <typeparam name="TValue">The type of the value.</typeparam>
/// <remarks>The last three bytes are in front of the cache's mark and expiry, with which they fill eight bytes. As an
/// integer, the epoch would make every entry eight bytes larger, and a hit waits for memory most of its
/// time.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct LocalEntry<TValue>
    where TValue : unmanaged
{
    /// <summary>The highest epoch.</summary>
    public const int MaxEpoch = (1 << 23) - 1;

    private const int LowBits = 16;

    /// <summary>The version of the value, or zero: the engine had no value.</summary>
    public ulong Version;

    public TValue Value;

    private ushort _epochLow;
    private sbyte _epochHigh;

    /// <summary>The epoch in which the read began; its negative if the engine had no value. So one comparison says
    /// whether a copy has a value that may be served.</summary>
    public int SignedEpoch
    {
        readonly get => (_epochHigh << LowBits) | _epochLow;
        set
        {
            _epochLow = unchecked((ushort)value);
            _epochHigh = checked((sbyte)(value >> LowBits));
        }
    }

    /// <summary>The epoch in which the read began. Entries of earlier epochs are void.</summary>
    public readonly int Epoch => Math.Abs(SignedEpoch);
}

using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The head of a group; its slots follow at <see cref="GroupShape.HeaderBytes"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Group
{
    /// <summary>Seven tags (bytes 0–6, 0 = empty) and the overflow count (byte 7); always accessed as one word.</summary>
    public ulong Control;

    /// <summary>Bit 0 busy, bit 1 moved, +8 a write; while bit 2 (held) is set, the rest is the id of the thread that holds
    /// the group. 64 bits: at one write a nanosecond the count wraps after 73 years.</summary>
    public ulong Version;
}

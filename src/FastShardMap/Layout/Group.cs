using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The header of a group. Its slots follow at <see cref="GroupShape.HeaderBytes"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Group
{
    /// <summary>Seven control bytes (bytes 0–6, 0 = empty) and the overflow count (byte 7); always accessed as one
    /// word.</summary>
    public ulong Control;

    /// <summary>A <see cref="VersionWord"/>.</summary>
    public ulong Version;
}

using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The head of an audit's ring: the last operations of one shard, readable without the managed heap. The records
/// follow; number n is in place n mod <see cref="Capacity"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct AuditRingHeader
{
    public const int Bytes = 64;

    /// <summary>"FSHAUDIT" in ASCII, read as a little-endian word. The version of the layout is the map's.</summary>
    public const ulong ExpectedMagic = 0x5449_4455_4148_5346;

    public ulong Magic;
    public uint RecordBytes;
    public uint KeyOffset;

    /// <summary>How many records there is room for: a power of two.</summary>
    public uint Capacity;

    public uint ShardIndex;

    /// <summary>Operations recorded so far; raised after its record is complete.</summary>
    public ulong Recorded;

    /// <summary>The map under audit.</summary>
    public MapHeader* Map;

    /// <summary>The unit of the timestamps.</summary>
    public long TicksPerSecond;

    /// <summary>A timestamp, and the time it was taken at: ticks of 100 ns since the year 1, UTC.</summary>
    public long AnchorTimestamp;

    public long AnchorTicks;
}

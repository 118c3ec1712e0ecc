using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The header of an audit ring, which keeps the last operations of one shard and can be read without the
/// managed heap. The records follow the header; record n is at index n mod <see cref="Capacity"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct AuditRingHeader
{
    public const int Bytes = 64;

    /// <summary>"FSHAUDIT" in ASCII, read as a little-endian word. The layout version of the ring is that of the
    /// map.</summary>
    public const ulong ExpectedMagic = 0x5449_4455_4148_5346;

    public ulong Magic;
    public uint RecordBytes;
    public uint KeyOffset;

    /// <summary>The number of records the ring can hold: a power of two.</summary>
    public uint Capacity;

    public uint ShardIndex;

    /// <summary>The number of operations recorded so far. It is raised after the record is complete.</summary>
    public ulong Recorded;

    /// <summary>The map under audit.</summary>
    public MapHeader* Map;

    /// <summary>The number of timestamp units per second.</summary>
    public long TicksPerSecond;

    /// <summary>A timestamp, taken at the time <see cref="AnchorTicks"/>.</summary>
    public long AnchorTimestamp;

    /// <summary>The time of <see cref="AnchorTimestamp"/>, in ticks of 100 ns since the year 1, UTC.</summary>
    public long AnchorTicks;
}

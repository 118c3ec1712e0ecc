using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>
/// The first bytes of a map's own block: enough to read the whole map from raw memory, without the managed heap.
/// Read views, write sides and the sentinel group follow in the same block.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct MapHeader
{
    public const int Bytes = 512;

    /// <summary>"FSHRDMAP" in ASCII, read as a little-endian word.</summary>
    public const ulong ExpectedMagic = 0x50414D4452485346;

    /// <summary>Changes with every change of any native structure.</summary>
    public const uint CurrentLayoutVersion = 1;

    public const int TypeNameBytes = 184;

    public ulong Magic;
    public uint LayoutVersion;
    public uint HeaderBytes;
    public ulong MapBytes;
    public ulong Seed0;
    public ulong Seed1;
    public ReadView* Views;
    public WriteSide* WriteSides;
    public Group* Sentinel;
    public uint ShardCount;
    public uint KeyBytes;
    public uint ValueOffset;
    public uint ValueBytes;
    public uint SlotBytes;
    public uint SlotsPerGroup;
    public uint StrideBytes;

    /// <summary>0 live, 1 disposed.</summary>
    public uint State;

    /// <summary>Bit 0 huge pages, bit 1 pre-faulting, bit 2 background migration.</summary>
    public uint Options;
    public uint KeyNameBytes;
    public uint ValueNameBytes;
    public uint Reserved;

    /// <summary>Full name of the key type, UTF-8, cut at <see cref="TypeNameBytes"/>.</summary>
    public fixed byte KeyName[TypeNameBytes];

    /// <summary>Full name of the value type, UTF-8, cut at <see cref="TypeNameBytes"/>.</summary>
    public fixed byte ValueName[TypeNameBytes];
}

using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>
/// The first bytes of a map's own block: enough to read the whole map from raw memory, without the managed heap.
/// Read views, write sides and the sentinel group follow in the same block.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct MapHeader
{
    public const int Bytes = 1024;

    /// <summary>"FSHRDMAP" in ASCII, read as a little-endian word.</summary>
    public const ulong ExpectedMagic = 0x50414D4452485346;

    /// <summary>Changes with every change of any native structure.</summary>
    public const uint CurrentLayoutVersion = 3;

    /// <summary>Room for each of the four names.</summary>
    public const int NameBytes = 216;

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

    /// <summary>The options that tools show.</summary>
    public MapFlags Options;

    /// <summary>At least this many groups move with a write to a migrating shard.</summary>
    public uint MigrationStepGroups;

    public uint KeyNameBytes;
    public uint ValueNameBytes;
    public uint HasherNameBytes;
    public uint MapNameBytes;

    /// <summary>When the map was created: ticks of 100 ns since the year 1, UTC.</summary>
    public long CreatedTicks;

    /// <summary>Attempts of lock-free reads that writers disturbed; counted only while somebody observes it.</summary>
    public long ReadRetries;

    /// <summary>Name of the key type with its namespace, UTF-8, cut at <see cref="NameBytes"/>.</summary>
    public fixed byte KeyName[NameBytes];

    /// <summary>Name of the value type, in the same form.</summary>
    public fixed byte ValueName[NameBytes];

    /// <summary>Name of the hasher type, in the same form: who knows it, and the seed, can compute every hash.</summary>
    public fixed byte HasherName[NameBytes];

    /// <summary>The name that the user gave the map, or nothing.</summary>
    public fixed byte MapName[NameBytes];
}

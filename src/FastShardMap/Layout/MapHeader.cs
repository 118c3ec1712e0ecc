using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The header at the start of a map's native block. It suffices to read the whole map from raw memory, without
/// the managed heap. Read views, write sides and the sentinel group follow in the same block.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct MapHeader
{
    public const int Bytes = 1024;

    /// <summary>"FSHRDMAP" in ASCII, read as a little-endian word.</summary>
    public const ulong ExpectedMagic = 0x50414D4452485346;

    /// <summary>The version of all native structures. It changes whenever any of them changes.</summary>
    public const uint CurrentLayoutVersion = 6;

    /// <summary>The maximum number of bytes of each of the four names.</summary>
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

    /// <summary>0 if the map is in use, 1 if it is disposed.</summary>
    public uint State;

    /// <summary>The options of the map, for tools.</summary>
    public MapFlags Options;

    /// <summary>The minimum number of groups that each write to a migrating shard moves.</summary>
    public uint MigrationStepGroups;

    public uint KeyNameBytes;
    public uint ValueNameBytes;
    public uint HasherNameBytes;
    public uint MapNameBytes;

    /// <summary>The time the map was created, in ticks of 100 ns since the year 1, UTC.</summary>
    public long CreatedTicks;

    /// <summary>The number of lock-free read attempts that writers disturbed. Counted only while an observer is
    /// active.</summary>
    public long ReadRetries;

    /// <summary>The name of the key type with its namespace, in UTF-8, truncated at <see cref="NameBytes"/>.</summary>
    public fixed byte KeyName[NameBytes];

    /// <summary>The name of the value type, in the same form.</summary>
    public fixed byte ValueName[NameBytes];

    /// <summary>The name of the hasher type, in the same form. A tool that knows this type and the seed can compute
    /// every hash.</summary>
    public fixed byte HasherName[NameBytes];

    /// <summary>The name that the user gave the map; empty if there is none.</summary>
    public fixed byte MapName[NameBytes];

    /// <summary>The record memory of each shard; null if the keys are <see cref="Layout.KeyForm.Fixed"/>.</summary>
    public RecordHeap* RecordHeaps;

    /// <summary>What the keys are.</summary>
    public KeyForm KeyForm;
}

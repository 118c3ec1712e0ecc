using System.Text;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

/// <summary>
/// The native block of a map: header, read views, write sides and sentinel group. It lives as long as the arena.
/// <code>
/// 0        1024                   +32 · shards (aligned to 128)   +128 · shards
/// | header | read views …         | write sides …                 | sentinel group | record heaps … |
/// </code>
/// Only maps whose keys have records have record heaps.
/// </summary>
internal readonly unsafe struct MapBlock
{
    private MapBlock(MapHeader* header, TableRef sentinel)
    {
        Header = header;
        Sentinel = sentinel;
    }

    public MapHeader* Header { get; }

    /// <summary>A table of one group that is always empty. Shards use it before their first insert and after
    /// Dispose.</summary>
    public TableRef Sentinel { get; }

    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public static MapBlock Create<TKey, TValue, THasher>(Arena arena, ShardSetOptions options, HashSeed seed)
        where TKey : unmanaged
        where TValue : unmanaged
        where THasher : struct
    {
        GroupShape shape = GroupShape<TKey, TValue>.Shape;
        uint shards = (uint)options.ShardCount;
        uint viewBytes = ViewBytes(shards);

        // Readers touch only the control word and the version of the sentinel, so its slots need no memory.
        nuint heapsOffset = BytesFor(options.ShardCount);
        nuint sentinelOffset = heapsOffset - TableRef.SmallAlignment;
        bool hasRecords = KeyStore<TKey>.HasRecords;
        nuint bytes = heapsOffset + (hasRecords ? shards * (nuint)RecordHeap.Bytes : 0);
        byte* block = arena.Allocate(bytes);
        MapHeader* header = (MapHeader*)block;
        header->LayoutVersion = MapHeader.CurrentLayoutVersion;
        header->HeaderBytes = MapHeader.Bytes;
        header->MapBytes = bytes;
        header->Seed0 = seed.Key0;
        header->Seed1 = seed.Key1;
        header->Views = (ReadView*)(block + MapHeader.Bytes);
        header->WriteSides = (WriteSide*)(block + MapHeader.Bytes + viewBytes);
        header->Sentinel = (Group*)(block + sentinelOffset);
        header->ShardCount = shards;
        header->KeyBytes = (uint)shape.KeyBytes;
        header->ValueOffset = (uint)shape.ValueOffset;
        header->ValueBytes = (uint)shape.ValueBytes;
        header->SlotBytes = (uint)shape.SlotBytes;
        header->SlotsPerGroup = (uint)shape.SlotsPerGroup;
        header->StrideBytes = (uint)shape.StrideBytes;
        header->Options = (options.HugePages ? MapFlags.HugePages : 0)
            | (options.Prefault ? MapFlags.Prefault : 0)
            | (options.BackgroundMigration ? MapFlags.MigratesInBackground : 0);
        header->MigrationStepGroups = (uint)options.MigrationStepGroups;
        header->RecordHeaps = hasRecords ? (RecordHeap*)(block + heapsOffset) : null;
        header->KeyForm = options.KeyForm;
        header->CreatedTicks = DateTime.UtcNow.Ticks;

        // Not FullName, which repeats the assembly of every type argument and would not fit.
        header->KeyNameBytes = WriteName(typeof(TKey).ToString(), header->KeyName);
        header->ValueNameBytes = WriteName(typeof(TValue).ToString(), header->ValueName);
        header->HasherNameBytes = WriteName(typeof(THasher).ToString(), header->HasherName);
        header->MapNameBytes = WriteName(options.Name ?? string.Empty, header->MapName);

        TableRef sentinel = TableRef.Create((byte*)header->Sentinel, TableSize.PowerOfTwo(0));
        for (uint shard = 0; shard < shards; shard++)
        {
            header->Views[shard].Current = sentinel;
            header->Views[shard].Settled = sentinel;
            header->Views[shard].Generation = GenerationWord.Initial.Word;
            header->WriteSides[shard].Map = header;
            header->WriteSides[shard].ShardIndex = (int)shard;
        }

        // The magic is written last, so that a tool that finds it finds a complete header.
        Volatile.Write(ref header->Magic, MapHeader.ExpectedMagic);
        return new MapBlock(header, sentinel);
    }

    /// <summary>Returns the number of bytes of the block without its record heaps.</summary>
    public static nuint BytesFor(int shards) =>
        MapHeader.Bytes + ViewBytes((uint)shards) + ((uint)shards * (nuint)WriteSide.Bytes) + TableRef.SmallAlignment;

    private static uint ViewBytes(uint shards) => ((shards * ReadView.Bytes) + 127) & ~127u;

    private static uint WriteName(string name, byte* destination)
    {
        Encoding.UTF8.GetEncoder().Convert(
            name,
            new Span<byte>(destination, MapHeader.NameBytes),
            flush: true,
            out _,
            out int bytes,
            out _);
        return (uint)bytes;
    }
}

using FastShardMap.Layout;
using FastShardMap.Tests.Conventions;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H18: shards, or readers and writers, that share a cache line. A line pair is 128 bytes.</summary>
public sealed unsafe class H18FalseSharingTests
{
    private const int LinePairBytes = 128;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(ShardMapOptions.MaxShardCount)]
    public void Block_OfAMap_KeepsViewsAndWriteSidesApart(int shards)
    {
        using Map map = new(new ShardMapOptions { ShardCount = shards });
        MapHeader* header = map.Shards.Header;
        Assert.Equal(0, (long)header % LinePairBytes);
        Assert.Equal(LinePairBytes, sizeof(WriteSide));
        for (int shard = 0; shard < shards; shard++)
        {
            Assert.Equal(0, (long)(header->WriteSides + shard) % LinePairBytes);
        }

        // From end to start: whole line pairs between what readers read and what writers write.
        (nint Start, nint End)[] parts =
        [
            ((nint)header, (nint)header + MapHeader.Bytes),
            ((nint)header->Views, (nint)(header->Views + shards)),
            ((nint)header->WriteSides, (nint)(header->WriteSides + shards)),
            ((nint)header->Sentinel, (nint)(header->Sentinel + 1)),
        ];
        Assert.Equal((nint)header + MapHeader.Bytes, (nint)header->Views);
        for (int part = 1; part < parts.Length; part++)
        {
            Assert.True(parts[part].Start >= parts[part - 1].End);
            Assert.Equal(0, parts[part].Start % LinePairBytes);
        }

        Assert.InRange(
            (long)header->MapBytes, parts[^1].End - parts[0].Start, parts[^1].End - parts[0].Start + LinePairBytes);
    }

    [Fact]
    public void WriteSide_Fields_StayInsideItsLinePair() =>
        Assert.All(
            StructureFields.Of<WriteSide>().Values,
            static field => Assert.InRange(field.Offset + field.Bytes, 1, LinePairBytes));

    /// <summary>Reads, and writes to a settled shard, leave all read views as they are.</summary>
    [Fact]
    public void Views_UnderReadsAndWrites_AreNotWritten()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4, Capacity = 4000 });
        ReadOnlySpan<byte> views = new(map.Shards.Header->Views, 4 * ReadView.Bytes);
        byte[] before = views.ToArray();
        for (ulong key = 0; key < 2000; key++)
        {
            map[key] = key;
            map[key] = key + 1;
            Assert.True(map.ContainsKey(key));
            Assert.False(map.ContainsKey(key + 10_000));
            map.TryRemove(key / 2, out _);
        }

        Assert.Equal(before, views.ToArray());
    }

    [Fact]
    public void Reads_OfAnyKind_WriteNothing()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, Capacity = 100 });
        for (ulong key = 0; key < 100; key++)
        {
            map[key] = key;
        }

        MapHeader* header = map.Shards.Header;
        TableRef table = header->Views[0].Current;
        byte[] Bytes() =>
        [
            .. new ReadOnlySpan<byte>(header, (int)header->MapBytes),
            .. new ReadOnlySpan<byte>(table.Base, (int)table.Size.Bytes(GroupShape<ulong, ulong>.StrideBytes)),
        ];
        byte[] before = Bytes();
        for (ulong key = 0; key < 200; key++)
        {
            _ = map.TryGetValue(key, out _);
            _ = map.TryGetValues([key, key + 1], new ulong[2], new bool[2]);
        }

        Assert.Equal(200, map.Count * 2);
        Assert.Equal(before, Bytes());
    }
}

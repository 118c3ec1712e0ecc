using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed class HashBitsTests
{
    [Fact]
    public void ViewOffset_AnyShardCount_IsAMultipleOfAViewWithinTheViews()
    {
        for (int shards = 1; shards <= HashBits.MaxShards; shards *= 2)
        {
            nuint mask = (nuint)(shards - 1) << HashBits.ShardShift;
            HashSet<nuint> seen = [];
            for (ulong shard = 0; shard < HashBits.MaxShards * 2; shard++)
            {
                nuint offset = HashBits.ViewOffset((shard << HashBits.ShardShift) | 0xFFFF_FFFF_FFFE_001F, mask);
                Assert.Equal(0u, offset % ReadView.Bytes);
                Assert.InRange(offset, 0u, (nuint)((shards - 1) * ReadView.Bytes));
                seen.Add(offset);
            }

            Assert.Equal(shards, seen.Count);
        }
    }

    [Fact]
    public void Tag_AnyHash_HasTheOccupiedBitAndSevenBitsOfTheHash()
    {
        HashSet<byte> tags = [];
        for (ulong bits = 0; bits < 256; bits++)
        {
            byte tag = (byte)HashBits.Tag(bits << 17);
            Assert.True(tag >= ControlWord.OccupiedBit);
            tags.Add(tag);
        }

        Assert.Equal(128, tags.Count);
    }

    [Fact]
    public void Bits_OfShardAndTag_AreDisjoint()
    {
        ulong shardBits = 0;
        ulong tagBits = 0;
        nuint mask = (nuint)(HashBits.MaxShards - 1) << HashBits.ShardShift;
        for (int bit = 0; bit < 64; bit++)
        {
            shardBits |= HashBits.ViewOffset(1UL << bit, mask) != 0 ? 1UL << bit : 0;
            tagBits |= (byte)HashBits.Tag(1UL << bit) != ControlWord.OccupiedBit ? 1UL << bit : 0;
        }

        Assert.Equal(0x0001_FFE0UL, shardBits);
        Assert.Equal(0x00FE_0000UL, tagBits);
    }
}

using System.Buffers.Binary;
using FastShardMap.Memory;
using FastShardMap.Serialization;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Snapshots;

namespace FastShardMap.Tests.Serialization;

/// <summary>Whatever the bytes are: InvalidDataException, bounded memory, and a target that is as it was.</summary>
[Collection(SerialTests.Name)]
public class HostileFileTests
{
    private const int CountOffset = 32;

    [Fact]
    public void Load_TruncatedAnywhere_IsRefused()
    {
        byte[] file = Saved(20);
        for (int length = 0; length < file.Length; length++)
        {
            AssertRefused(file[..length]);
        }

        Accept(file);
    }

    [Fact]
    public void Load_AnyBitFlipped_IsRefused()
    {
        byte[] file = Saved(5);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(file);
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Accept(file);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Load_RandomDamage_IsRefused(int seed)
    {
        Random random = new(seed);
        byte[] file = Saved(9000);
        for (int round = 0; round < 150; round++)
        {
            byte[] damaged = [.. file];
            int from = random.Next(file.Length);
            int length = Math.Min(file.Length - from, 1 + random.Next(1 << random.Next(1, 16)));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(damaged.AsSpan(from, length));
                    break;
                case 1:
                    damaged.AsSpan(from, length).Clear();
                    break;
                case 2: // bytes lost
                    damaged = [.. damaged[..from], .. damaged[(from + length)..]];
                    break;
                default: // bytes repeated
                    damaged = [.. damaged[..(from + length)], .. damaged[from..]];
                    break;
            }

            if (!damaged.AsSpan().StartsWith(file))
            {
                AssertRefused(damaged);
            }
        }
    }

    [Fact]
    public void Load_BlocksExchangedOrOfAnotherFile_IsRefused()
    {
        int block = MapFormat.ForWriting<long, long>(0).FullBlockBytes;
        byte[] file = Saved(3 * 4096);
        byte[] other = Saved(3 * 4096);
        Range first = MapFormat.HeaderBytes..(MapFormat.HeaderBytes + block);
        Range second = (MapFormat.HeaderBytes + block)..(MapFormat.HeaderBytes + (2 * block));
        byte[] exchanged =
        [
            .. file[..MapFormat.HeaderBytes],
            .. file[second],
            .. file[first],
            .. file[(MapFormat.HeaderBytes + (2 * block))..],
        ];
        byte[] mixed = [.. file[..MapFormat.HeaderBytes], .. other[first], .. file[(MapFormat.HeaderBytes + block)..]];
        AssertRefused(exchanged);
        AssertRefused(mixed);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(100_000)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void Load_CountTooLarge_IsRefusedWithoutTheMemory(long count)
    {
        byte[] file = WithHeader(
            Saved(5), header => BinaryPrimitives.WriteInt64LittleEndian(header[CountOffset..], count));
        long before = Arena.ProcessMappedBytes;
        AssertRefused(file);
        Assert.InRange(Arena.ProcessMappedBytes - before, long.MinValue, 300L * 1024 * 1024);
        AssertRefused(file, seekable: false);
    }

    [Theory]
    [InlineData(8, 2u)] // a version to come
    [InlineData(12, 2u)] // the other byte order
    [InlineData(16, 4u)] // keys of another size
    [InlineData(20, 0u)]
    [InlineData(24, 0u)] // entries in a block
    [InlineData(24, 0x7FFFFFFFu)]
    [InlineData(24, 0xFFFFFFFFu)]
    [InlineData(28, 2u)] // kinds of types: not said, and yet said
    [InlineData(28, 1u)] // types with fields
    [InlineData(28, 15u)] // a kind to come
    [InlineData(40, 5u)] // keys of other fields
    [InlineData(56, 5u)]
    public void Load_HeaderWithValidChecksumButWrongField_IsRefused(int offset, uint value) =>
        AssertRefused(
            WithHeader(Saved(5), header => BinaryPrimitives.WriteUInt32LittleEndian(header[offset..], value)));

    [Fact]
    public void Load_KeyTwice_IsRefused()
    {
        MapFormat format = MapFormat.ForWriting<long, long>(2);
        byte[] file = new byte[MapFormat.HeaderBytes + format.BodyBytes];
        format.WriteHeader<long, long>(file);
        Span<byte> block = file.AsSpan(MapFormat.HeaderBytes, MapFormat.BlockHeaderBytes + 32);
        block[8] = block[24] = 7;
        format.SealBlock(block, 0);
        format.WriteEnd(file.AsSpan(^MapFormat.EndBytes));
        AssertRefused(file);
        block[24] = 8;
        format.SealBlock(block, 0);
        Accept(file);
    }

    [Fact]
    public void Load_OtherTypes_IsRefused()
    {
        using ShardMap<int, Point> map = new();
        map[1] = new Point { X = 1, Y = 2 };
        using MemoryStream stream = new();
        map.Save(stream);
        Refuse<int, Swapped>();
        Refuse<int, Renamed>();
        Refuse<int, long>();
        Refuse<int, (int X, int Y)>();
        Refuse<uint, Point>();
        Refuse<float, Point>();

        stream.Position = 0;
        using ShardMap<int, SamePoint> same = ShardMap<int, SamePoint>.Load(stream);
        Assert.Equal(2, same[1].Y);

        void Refuse<TKey, TValue>()
            where TKey : unmanaged, IEquatable<TKey>
            where TValue : unmanaged
        {
            stream.Position = 0;
            InvalidDataException exception = Assert.Throws<InvalidDataException>(
                () => ShardMap<TKey, TValue>.Load(stream));
            Assert.Contains("saved map", exception.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Saved(int count)
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(count);
        using MemoryStream stream = new();
        map.Save(stream);
        return stream.ToArray();
    }

    private static byte[] WithHeader(byte[] file, SpanAction change)
    {
        change(file);
        BinaryPrimitives.WriteUInt32LittleEndian(
            file.AsSpan(MapFormat.HeaderBytes - 4), Crc32C.Of(file.AsSpan(0, MapFormat.HeaderBytes - 4)));
        return file;
    }

    private static void AssertRefused(byte[] file, bool seekable = true)
    {
        using ShardMap<long, long> target = new(TinyMaps.Options());
        (target[1], target[-5]) = (111, 55);
        using Stream stream = seekable ? new MemoryStream(file) : new Unseekable(file);
        Assert.Throws<InvalidDataException>(() => target.MergeFrom(stream));
        Assert.Equal([(-5, 55), (1, 111)], target.OrderBy(item => item.Key).Select(item => (item.Key, item.Value)));
    }

    private static void Accept(byte[] file)
    {
        using MemoryStream stream = new(file);
        ShardMap<long, long>.Load(stream).Dispose();
        Assert.Equal(file.Length, stream.Position);
    }

    private delegate void SpanAction(Span<byte> bytes);

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

#pragma warning disable CS0649, S1144 // compared by their fields only
    private struct Point
    {
        public int X;
        public int Y;
    }

    private struct SamePoint
    {
        public int X;
        public int Y;
    }

    private struct Swapped
    {
        public int Y;
        public int X;
    }

    private struct Renamed
    {
        public int X;
        public int Z;
    }
#pragma warning restore CS0649, S1144
}

using FastShardMap.Serialization;
using FastShardMap.Tests.Caching;

namespace FastShardMap.Tests.Serialization;

/// <summary>Files that earlier builds wrote, byte by byte: they still load, and as other types they do not where the
/// file says of what types it is.</summary>
public sealed class EarlierFilesTests
{
    // Keys of type long, values of type double: 1 → 0.25 and -7 → 3.
    private const string OfARuntimeWithFields =
        "RlNNQVANChoBAAAAAQAAAAgAAAAIAAAAABAAAAAAAAACAAAAAAAAAArQcXcVxS1tWBD6nlGcJzAXg2QMZTU1IousxHVdOYLBOilr"
        + "Z5rX9NQAAAAAAAAA"
        + "AAAAAADykhMNAgAAAJFgDvv5/////////wAAAAAAAAhAAQAAAAAAAAAAAAAAAADQP0ZTTUFQRU5EcNiFDwAAAAA=";

    // The same with fingerprints of zero.
    private const string OfAProgramCompiledAheadOfTime =
        "RlNNQVANChoBAAAAAQAAAAgAAAAIAAAAABAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWyqS"
        + "sPTcg6EAAAAAAAAA"
        + "AAAAAAB51gxkAgAAAHgDhNABAAAAAAAAAAAAAAAAANA/+f////////8AAAAAAAAIQEZTTUFQRU5Euc9RUwAAAAA=";

    // Text: "é" → 0.25 and a longer key → 3; values of type double.
    private const string OfText =
        "RlNNQVANChoCAAAAAQAAAAAAAAAIAAAACYABAAcAAAACAAAAAAAAAHV0ZjgAAAAAAAAAAAAAAAAXg2QMZTU1IousxHVdOYLBe7L8"
        + "fXVQlaQAAAAAAAAAAAAAAABiJ/VRAgAAADQAAABQ8ZR0AAAAACBhIGtleSBvZiBtb3JlIHRoYW4gZmlmdGVlbiBieXRlcwAAAAAA"
        + "AAhAAsOpAAAAAAAA0D9GU01BUEVOREOa7XwAAAAA";

    // Keys of bytes: 1, 2, 3 → 0.25 and 20 zeros → 3; values of type double.
    private const string OfBytes =
        "RlNNQVANChoCAAAAAQAAAAAAAAAIAAAACYABAAcAAAACAAAAAAAAAGJ5dGVzAAAAAAAAAAAAAAAXg2QMZTU1IousxHVdOYLB9j6b"
        + "2w5Bvh0AAAAAAAAAAAAAAAB4Y3CdAgAAACkAAABmiCxXAAAAAAMBAgMAAAAAAADQPxQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAhARlNNQVBFTkS0st0OAAAAAA==";

    // "é" → 1, 2 and a longer key → 20 zeros.
    private const string OfBlobs =
        "RlNNQVANChoCAAAAAQAAAAAAAAAAAAAAAAABAAMAAAACAAAAAAAAAHV0ZjgAAAAAAAAAAAAAAABibG9iAAAAAAAAAAAAAAAAGjYh"
        + "dnA7c4cAAAAAAAAAAAAAAACwR+OyAgAAADwAAADhxSkHAAAAAALDqQIBAiBhIGtleSBvZiBtb3JlIHRoYW4gZmlmdGVlbiBieXRl"
        + "cxQAAAAAAAAAAAAAAAAAAAAAAAAAAEZTTUFQRU5Eu6QlUQAAAAA=";

    // A cache with keys of type long and values of type double: 1 → 0.25 and -7 → 3, for an hour.
    private const string OfACache =
        "RlNNQVANChoDAAAAAQAAAAgAAAAIAAAA8P8AAAcAAAAAAAAAAAAAAArQcXcVxS1tWBD6nlGcJzAXg2QMZTU1IousxHVdOYLBJhEO"
        + "NSyXdtMAAAAAAAAAAAAAAAACatYhAgAAAAnk7PkBAAAAAAAAAAAAAAAAANA/AAAAAAT5/////////wAAAAAAAAhA0m4DAAAAAAAA"
        + "TRvGgUZTTUFQRU5EAgAAAAAAAAA=";

    // A cache of bytes: "é" → 1, 2 and a longer key → 20 zeros, for an hour.
    private const string OfACacheOfBytes =
        "RlNNQVANChoDAAAAAQAAAAAAAAAAAAAAAAABAAMAAAAAAAAAAAAAAHV0ZjgAAAAAAAAAAAAAAABibG9iAAAAAAAAAAAAAAAAdQFL"
        + "xVtoYj8AAAAAAAAAAAAAAAAzn9MQAgAAAEYAAACLsVISAAAAAAAAAAAAAsOpAgEC6W4DAAAgYSBrZXkgb2YgbW9yZSB0aGFuIGZp"
        + "ZnRlZW4gYnl0ZXMUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAO2XIIkAAAAARlNNQVBFTkQCAAAAAAAAAA==";

    private const string LongKey = "a key of more than fifteen bytes";

    [Theory]
    [InlineData(OfARuntimeWithFields)]
    [InlineData(OfAProgramCompiledAheadOfTime)]
    public void Load_FileOfAnEarlierBuild_Loads(string file)
    {
        using MemoryStream stream = new(Convert.FromBase64String(file));
        using ShardMap<long, double> map = ShardMap<long, double>.Load(stream);
        Assert.Equal(2, map.Count);
        Assert.Equal((0.25, 3.0), (map[1], map[-7]));
    }

    [Fact]
    public void Load_FileOfText_Loads()
    {
        using TextShardMap<double> map = TextShardMap<double>.Load(Open(OfText));
        Assert.Equal(2, map.Count);
        Assert.Equal((0.25, 3.0), (map["é"], map[LongKey]));
    }

    [Fact]
    public void Load_FileOfBytes_Loads()
    {
        using BytesShardMap<double> map = BytesShardMap<double>.Load(Open(OfBytes));
        Assert.Equal(2, map.Count);
        Assert.Equal((0.25, 3.0), (map[(byte[])[1, 2, 3]], map[new byte[20]]));
    }

    [Fact]
    public void Load_FileOfBlobs_Loads()
    {
        using BlobShardMap map = BlobShardMap.Load(Open(OfBlobs));
        byte[] room = new byte[100];
        Assert.Equal(2, map.Count);
        Assert.True(map.TryGetValue("é", room, out int length));
        Assert.Equal([1, 2], room[..length].AsEnumerable());
        Assert.True(map.TryGetValue(LongKey, room, out length));
        Assert.Equal(new byte[20], room[..length]);
    }

    [Fact]
    public void Load_FileOfACache_Loads()
    {
        ShardCacheOptions options = new() { MaxEntries = 10, TimeProvider = new ManualTime() };
        using ShardCache<long, double> cache = ShardCache<long, double>.Load(Open(OfACache), options);
        Assert.Equal(2, cache.Count);
        Assert.True(cache.TryGetValue(1, out double value, out TimeSpan remaining));
        Assert.Equal((0.25, Timeout.InfiniteTimeSpan), (value, remaining));
        Assert.True(cache.TryGetValue(-7, out value, out remaining));
        Assert.Equal(3, value);
        Assert.InRange(remaining, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public void Load_FileOfACacheOfBytes_Loads()
    {
        ManualTime time = new();
        ShardCacheOptions options = new() { MaxBytes = 1 << 20, TimeProvider = time };
        using BlobShardCache cache = BlobShardCache.Load(Open(OfACacheOfBytes), options);
        byte[] room = new byte[100];
        Assert.Equal(2, cache.Count);
        Assert.True(cache.TryGetValue(LongKey, room, out int length));
        Assert.Equal(new byte[20], room[..length]);
        time.Move(TimeSpan.FromMinutes(61));
        Assert.False(cache.ContainsKey(LongKey));
        Assert.True(cache.TryGetValue("é", room, out length));
        Assert.Equal([1, 2], room[..length].AsEnumerable());
    }

    [Fact]
    public void Load_FileOfAnEarlierBuildAsOtherTypes_IsRefused()
    {
        byte[] file = Convert.FromBase64String(OfARuntimeWithFields);
        Refuse<double, long>(file);
        Refuse<long, long>(file);
        Refuse<ulong, double>(file);
        Refuse<Id, double>(file);
    }

    [Fact]
    public void Load_FileWithTypesExchanged_IsRefused()
    {
        using ShardMap<long, double> map = new();
        map[1] = 0.25;
        using MemoryStream stream = new();
        map.Save(stream);
        Refuse<double, long>(stream.ToArray());
        Refuse<Id, double>(stream.ToArray());

        // As a program without fields would have written it before: with nothing said in place of its types.
        byte[] file = stream.ToArray();
        file.AsSpan(40, 32).Clear();
        BitConverter.TryWriteBytes(
            file.AsSpan(MapFormat.HeaderBytes - 4), Crc32C.Of(file.AsSpan(0, MapFormat.HeaderBytes - 4)));
        Refuse<double, long>(file);
        Refuse<long, double>(file);
    }

    private static MemoryStream Open(string file) => new(Convert.FromBase64String(file));

    private static void Refuse<TKey, TValue>(byte[] file)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using MemoryStream stream = new(file);
        Assert.Throws<InvalidDataException>(() => ShardMap<TKey, TValue>.Load(stream));
    }

    private readonly record struct Id(long Value);
}

using FastShardMap.Serialization;

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

    private static void Refuse<TKey, TValue>(byte[] file)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using MemoryStream stream = new(file);
        Assert.Throws<InvalidDataException>(() => ShardMap<TKey, TValue>.Load(stream));
    }

    private readonly record struct Id(long Value);
}

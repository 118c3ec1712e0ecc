namespace FastShardMap.Tests.Records;

/// <summary>Ranges of values whose memory runs code of the caller when it is pinned.</summary>
public sealed class HostileValueTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(20_000, 2)]
    public void TryAddRange_PinningChangesTheCallersArray_StoresTheValueFromBefore(int count, int parallelism)
    {
        byte[] longer = new byte[1 << 20];
        ReadOnlyMemory<byte>[] values = new ReadOnlyMemory<byte>[count];
        string[] keys = new string[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            keys[i] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{i}");
            values[i] = new ManagerOf16(() => values[index] = longer).Memory;
        }

        using BlobShardMap map = new();
        Assert.Equal(count, map.TryAddRange(keys, values, parallelism));
        foreach (string key in keys)
        {
            Assert.True(map.TryGetLength(key, out int length));
            Assert.Equal(16, length);
        }
    }
}

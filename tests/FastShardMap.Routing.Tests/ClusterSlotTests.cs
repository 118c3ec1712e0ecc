using System.Text;

namespace FastShardMap.Routing.Tests;

public class ClusterSlotTests
{
    /// <summary>The check value of CRC-16/XMODEM, and those of the Redis Cluster specification.</summary>
    [Theory]
    [InlineData("", 0)]
    [InlineData("123456789", 0x31C3)]
    public void Crc16_KnownValues_AreThose(string text, int crc) =>
        Assert.Equal(crc, ClusterSlot.Crc16(Encoding.ASCII.GetBytes(text)));

    /// <summary>Answers of CLUSTER KEYSLOT.</summary>
    [Theory]
    [InlineData("foo", 12_182)]
    [InlineData("bar", 5_061)]
    [InlineData("hello", 866)]
    [InlineData("somekey", 11_058)]
    [InlineData("foo{hash_tag}", 2_515)]
    public void Of_KnownKeys_IsAsTheEngineSays(string key, int slot) => Assert.Equal(slot, ClusterSlot.Of(key));

    /// <summary>The examples of the specification's "Hash tags".</summary>
    [Theory]
    [InlineData("{user1000}.following", "user1000")]
    [InlineData("foo{}{bar}", "foo{}{bar}")]
    [InlineData("foo{{bar}}zap", "{bar")]
    [InlineData("foo{bar}{zap}", "bar")]
    [InlineData("foo{bar", "foo{bar")]
    [InlineData("foo}bar{", "foo}bar{")]
    [InlineData("", "")]
    public void TagOf_ExamplesOfTheSpecification_AreThose(string key, string tag)
    {
        Assert.Equal(tag, Encoding.UTF8.GetString(ClusterSlot.TagOf(Encoding.UTF8.GetBytes(key))));
        Assert.Equal(ClusterSlot.Crc16(Encoding.UTF8.GetBytes(tag)) & 0x3FFF, ClusterSlot.Of(key));
    }

    [Fact]
    public void Of_Null_IsRefused() => Assert.Throws<ArgumentNullException>("key", () => ClusterSlot.Of((string)null!));
}

using System.Runtime.InteropServices;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Tests.Maps;

public sealed class KeyHashTests
{
    private static readonly HashSeed s_seed = new(0x1234_5678_9ABC_DEF1, 0x0FED_CBA9_8765_4321);

    [Fact]
    public void Hash_KeysOfTheFramework_AgreesWithTheMap()
    {
        AssertAgrees(42);
        AssertAgrees(42UL);
        AssertAgrees((byte)42);
        AssertAgrees('x');
        AssertAgrees(true);
        AssertAgrees(-0.0);
        AssertAgrees(float.NaN);
        AssertAgrees(1.00m);
        AssertAgrees(Guid.NewGuid());
        AssertAgrees(Int128.MinValue);
        AssertAgrees(DateTime.UtcNow);
        AssertAgrees(DateTimeOffset.Now);
        AssertAgrees((EnumKey<DayOfWeek>)DayOfWeek.Friday);
        AssertAgrees((EnumKey<ByteEnum>)ByteEnum.B);
    }

    [Fact]
    public void For_KeysOfTheUser_IsUnknown()
    {
        Assert.Null(KeyHash.For("A.B", "FastShardMap.DefaultHasher`1[A.B]", 8));
        Assert.Null(KeyHash.For("System.UInt64", "A.Hasher", 8));
    }

    [Fact]
    public void For_OtherLengthThanTheTypes_IsUnknown()
    {
        Assert.Null(KeyHash.For("System.UInt64", "FastShardMap.DefaultHasher`1[System.UInt64]", 4));
        Assert.Null(KeyHash.For("System.Guid", "FastShardMap.FloodResistantHasher`1[System.Guid]", 8));
        Assert.Null(KeyHash.For(typeof(RecordKey).ToString(), typeof(RecordKeyHasher).ToString(), 8));
        Assert.NotNull(KeyHash.For(typeof(RecordKey).ToString(), typeof(RecordKeyHasher).ToString(), 16));
    }

    private static void AssertAgrees<TKey>(TKey key)
        where TKey : unmanaged
    {
        KeyHash? hash = KeyHash.For(
            typeof(TKey).ToString(),
            typeof(DefaultHasher<TKey>).ToString(),
            System.Runtime.CompilerServices.Unsafe.SizeOf<TKey>());

        Assert.NotNull(hash);
        Assert.Equal(
            default(DefaultHasher<TKey>).Hash(key, s_seed),
            hash.Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), s_seed));
    }

    private enum ByteEnum : byte
    {
        A,
        B,
    }
}

namespace FastShardMap.Tests.Hashing;

public sealed class EnumKeyTests
{
    private enum Small : byte
    {
        None,
        Last = byte.MaxValue,
    }

    private enum Signed : short
    {
        Lowest = short.MinValue,
        Minus = -1,
        Zero = 0,
    }

    private enum Wide : long
    {
        Lowest = long.MinValue,
        Zero = 0,
        HighBitOfLowHalf = 1L << 31,
        LowBitOfHighHalf = 1L << 32,
    }

    [Fact]
    public void Conversions_BothWays_KeepTheValue()
    {
        EnumKey<DayOfWeek> key = DayOfWeek.Friday;
        DayOfWeek value = key;
        Assert.Equal(DayOfWeek.Friday, value);
        Assert.Equal(DayOfWeek.Friday, key.Value);
        Assert.Equal("Friday", key.ToString());
    }

    [Fact]
    public void Equality_EveryUnderlyingSize_IsThatOfTheValues()
    {
        AssertEquality(Small.None, Small.Last, (Small)7);
        AssertEquality(Signed.Lowest, Signed.Minus, Signed.Zero);
        AssertEquality(DayOfWeek.Sunday, DayOfWeek.Monday, (DayOfWeek)(-1));
        AssertEquality(Wide.Lowest, Wide.Zero, Wide.HighBitOfLowHalf, Wide.LowBitOfHighHalf);
    }

    [Fact]
    public void DefaultHasher_EnumAndEnumKey_Agree()
    {
        AssertSameHash(Small.Last);
        AssertSameHash(Signed.Minus);
        AssertSameHash(DayOfWeek.Saturday);
        AssertSameHash(Wide.LowBitOfHighHalf);
    }

    [Fact]
    public unsafe void Size_OfEnumKey_IsThatOfTheEnum()
    {
        Assert.Equal(sizeof(Small), sizeof(EnumKey<Small>));
        Assert.Equal(sizeof(Wide), sizeof(EnumKey<Wide>));
    }

    private static void AssertEquality<TEnum>(params TEnum[] values)
        where TEnum : unmanaged, Enum
    {
        foreach (TEnum left in values)
        {
            foreach (TEnum right in values)
            {
                (EnumKey<TEnum> leftKey, EnumKey<TEnum> rightKey) =
                    (new EnumKey<TEnum>(left), new EnumKey<TEnum>(right));
                bool expected = left.Equals(right);
                Assert.Equal(expected, leftKey.Equals(rightKey));
                Assert.Equal(expected, leftKey.Equals((object)rightKey));
                Assert.Equal(expected, leftKey == rightKey);
                Assert.Equal(!expected, leftKey != rightKey);
                if (expected)
                {
                    Assert.Equal(leftKey.GetHashCode(), rightKey.GetHashCode());
                }
            }
        }

        Assert.False(new EnumKey<TEnum>(values[0]).Equals(values[0]!.ToString()));
    }

    private static void AssertSameHash<TEnum>(TEnum value)
        where TEnum : unmanaged, Enum
    {
        HashSeed seed = new(0x1234_5678_9ABC_DEF1, 0xD6E8_FEB8_6659_FD93);
        Assert.Equal(
            default(DefaultHasher<TEnum>).Hash(value, seed), default(DefaultHasher<EnumKey<TEnum>>).Hash(value, seed));
    }
}

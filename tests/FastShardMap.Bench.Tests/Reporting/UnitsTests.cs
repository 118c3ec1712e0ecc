using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Tests.Reporting;

public class UnitsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("64K", 64 << 10)]
    [InlineData("32m", 32 << 20)]
    [InlineData("3G", 3L << 30)]
    public void TryParseBytes_NumberWithUnit_IsRead(string text, long expected)
    {
        Assert.True(Units.TryParseBytes(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1.5M")]
    [InlineData("12T")]
    [InlineData("9999999999G")]
    [InlineData("99999999999999999999")]
    public void TryParseBytes_AnythingElse_IsRefused(string text) => Assert.False(Units.TryParseBytes(text, out _));

    [Theory]
    [InlineData(0.0, "0 ns")]
    [InlineData(3.456, "3.46 ns")]
    [InlineData(999.0, "999 ns")]
    [InlineData(1234.0, "1.23 us")]
    [InlineData(45_600_000.0, "45.6 ms")]
    [InlineData(2_500_000_000.0, "2.50 s")]
    [InlineData(double.NaN, "-")]
    public void Duration_AnyMagnitude_HasThreeDigitsAndAUnit(double nanoseconds, string expected) =>
        Assert.Equal(expected, Units.Duration(nanoseconds));

    [Theory]
    [InlineData(1234567.0, "1,234,567")]
    [InlineData(0.123, "0.123")]
    [InlineData(0.0123, "0.0123")]
    [InlineData(12.34, "12.3")]
    public void Digits_AnyMagnitude_HasNoExponent(double value, string expected) =>
        Assert.Equal(expected, Units.Digits(value));
}

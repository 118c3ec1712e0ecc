using FastShardMap.Inspector.Entries;

namespace FastShardMap.Inspector.Tests.Entries;

public sealed class EntryFilterTests
{
    private static readonly KeyValuePair<string, object>[] s_value =
    [
        new("Price", 101.5),
        new("State", "Closed"),
        new("Venue", new KeyValuePair<string, object>[] { new("Desk", 7) }),
    ];

    [Theory]
    [InlineData("key == 42", true)]
    [InlineData("key=42", true)]
    [InlineData("key != 42", false)]
    [InlineData("key<43 and key>41", true)]
    [InlineData("key > 42", false)]
    [InlineData("key >= 42 && key <= 42", true)]
    [InlineData("value.Price > 101.25", true)]
    [InlineData("value.price > 1e3", false)]
    [InlineData("value.State == Closed", true)]
    [InlineData("value.State == 'closed'", true)]
    [InlineData("value.Venue.Desk = 7", true)]
    [InlineData("value.Absent = 7", false)]
    [InlineData("key = 1 or value.State = Closed", true)]
    [InlineData("key = 1 or value.State = Closed and key = 2", false)]
    [InlineData("KEY > -5", true)]
    public void Accepts_Condition_IsDecided(string condition, bool expected) =>
        Assert.Equal(expected, EntryFilter.Parse(condition).Accepts(42UL, s_value));

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("key ==")]
    [InlineData("key ~ 5")]
    [InlineData("price > 5")]
    [InlineData("key > 5 but value < 3")]
    [InlineData("key > 5 and")]
    public void Parse_Nonsense_IsRefused(string condition) =>
        Assert.Throws<InspectionException>(() => EntryFilter.Parse(condition));

    [Theory]
    [InlineData("key == 0x2a", true)]
    [InlineData("key == 0X2A and key < 0x2B", true)]
    [InlineData("key == 42.0", true)]
    [InlineData("key > -0x1", true)]
    [InlineData("key == 340282366920938463463374607431768211455", false)]
    public void Bind_NumberOfAnyForm_IsUnderstood(string condition, bool expected)
    {
        EntryFilter filter = EntryFilter.Parse(condition);
        filter.Bind(Decoder<ulong>(), Decoder<ulong>());

        Assert.Equal(expected, filter.Accepts(42UL, 1UL));
    }

    [Fact]
    public void Bind_WideNumbers_AreComparedExactly()
    {
        EntryFilter filter = EntryFilter.Parse("key == 340282366920938463463374607431768211455");
        filter.Bind(Decoder<UInt128>(), Decoder<ulong>());

        Assert.True(filter.Accepts(UInt128.MaxValue, 1UL));
        Assert.False(filter.Accepts(UInt128.MaxValue - 1, 1UL));
    }

    [Theory]
    [InlineData("key.Nope == 1", "There is no field 'key.Nope'. The fields are: key, value.")]
    [InlineData("value.Nope.Deeper == 1", "There is no field 'value.Nope.Deeper'. The fields are: key, value.")]
    [InlineData("key == abc", "'key' is a number; 'abc' is not.")]
    [InlineData("key == 0x", "'key' is a number; '0x' is not.")]
    [InlineData("key == 0xfg or value == True", "'key' is a number; '0xfg' is not.")]
    [InlineData("value == 1", "'value' is of type Boolean; '1' is not a value of that type.")]
    public void Bind_WhatCanNeverHold_IsRefused(string condition, string message)
    {
        EntryFilter filter = EntryFilter.Parse(condition);
        InspectionException refused = Assert.Throws<InspectionException>(
            () => filter.Bind(Decoder<ulong>(), Decoder<bool>()));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_TypesWithATextForm_AreComparedAsWhatTheyAre()
    {
        Guid guid = Guid.NewGuid();
        Assert.True(Holds($"key == {guid:B}", guid));
        Assert.True(Holds("key >= 2026-03-04", new DateTime(2026, 3, 4)));
        Assert.True(Holds("key < 2026-03-04T00:00:01Z", new DateTime(2026, 3, 4, 0, 0, 0, DateTimeKind.Utc)));
        Assert.True(Holds("key < 10:00:00", TimeSpan.FromHours(9)));
        Assert.True(Holds("key == 0x1b", '\u001b'));
        Assert.True(Holds("key == true", true));
        Assert.Throws<InspectionException>(() => Holds("key == soon", DateTime.UnixEpoch));
        Assert.Throws<InspectionException>(() => Holds("key == escape", '\u001b'));

        static bool Holds<T>(string condition, T key)
            where T : unmanaged
        {
            EntryFilter filter = EntryFilter.Parse(condition);
            filter.Bind(Decoder<T>(), Decoder<int>());
            return filter.Accepts(key, 0);
        }
    }

    [Fact]
    public void Bind_BytesOfAnUnknownType_TakeHexadecimalDigits()
    {
        FieldDecoder bytes = FieldDecoder.For("Shop.Order", 2, runtime: null);
        EntryFilter filter = EntryFilter.Parse("value == 0xABCD");
        filter.Bind(Decoder<int>(), bytes);

        Assert.True(filter.Accepts(0, bytes.Decode([0xAB, 0xCD])));
        Assert.Throws<InspectionException>(() => EntryFilter.Parse("value == cash").Bind(Decoder<int>(), bytes));
    }

    /// <summary>Digits that are also a number are no number: as such, they would be rounded.</summary>
    [Theory]
    [InlineData("9400000000000000", "9400000000000000", true)]
    [InlineData("9400000000000000", "9400000000000001", false)]
    [InlineData("00E5000000000000", "00e5000000000000", true)]
    [InlineData("00e5000000000000", "0000000000000000", false)]
    public void OfKey_BytesOfAnUnknownType_AreComparedDigitByDigit(string wanted, string stored, bool expected)
    {
        FieldDecoder bytes = FieldDecoder.For("Shop.Order", 8, runtime: null);
        object key = bytes.Decode(Convert.FromHexString(stored));

        Assert.Equal(expected, Comparison.OfKey(wanted, bytes).Holds(key, key));
    }

    private static unsafe FieldDecoder Decoder<T>()
        where T : unmanaged => FieldDecoder.For(typeof(T).ToString(), sizeof(T), runtime: null);
}

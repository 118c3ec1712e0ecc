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
}

using System.Text.Json;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>Commands on a process with caches. Heavy: needs ptrace.</summary>
[Trait("Category", "Heavy")]
public sealed class CacheCommandTests : IDisposable
{
    private readonly OtherProcess _process = new("caches");

    public void Dispose() => _process.Dispose();

    [Fact]
    public void Entries_ValuesOfCaches_AreDecoded()
    {
        Assert.Equal("7 → 0.25", EntriesOf("prices"));
        Assert.Equal("7 → Filled", EntriesOf("states"));
        Assert.Equal("7 → { Country = 49, Desk = 3 }", EntriesOf("venues"));
        Assert.Equal("/a → 010203", EntriesOf("pages"));

        // The runtime has chosen where the value is in the entry, because a trade contains a time.
        Assert.Matches("^7 → ([0-9a-f]{2})+$", EntriesOf("trades"));
    }

    [Fact]
    public void ListAndCheck_Caches_HaveTheTypesOfTheProgramAndAreSound()
    {
        JsonElement[] maps = [.. SpecimenProcess.RunJson("check", _process.IdText).EnumerateArray()];

        Assert.All(maps, static map => Assert.Empty(map.GetProperty("Examples").EnumerateArray()));
        string[] titles = [.. maps.Select(static map => map.GetProperty("Map").GetString()!)];
        foreach (string type in (string[])
            [
                "ShardCache<Int64, Double> 'prices'", "ShardCache<Int64, TradeState> 'states'",
                "ShardCache<Int64, Venue> 'venues'", "ShardCache<Int64, Trade> 'trades'", "BlobShardCache 'pages'",
            ])
        {
            Assert.Single(titles, title => title.StartsWith(type, StringComparison.Ordinal));
        }
    }

    private string EntriesOf(string name)
    {
        (int code, string text) = SpecimenProcess.Run("entries", _process.IdText, name);
        Assert.True(code == ExitCode.Ok, text);
        return text.Trim();
    }
}

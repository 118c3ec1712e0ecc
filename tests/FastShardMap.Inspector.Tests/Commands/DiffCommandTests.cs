using System.Text.Json;
using FastShardMap.Inspector.Tests.Rendering;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary><c>fsmap diff</c> of one map, which is named as in the other commands.</summary>
public sealed class DiffCommandTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    [Theory]
    [InlineData("sessions")]
    [InlineData("SESS")]
    [InlineData("1")]
    public void Diff_MapByNameNumberOrBeginning_IsThatMap(string map)
    {
        JsonElement difference = Assert.Single(Diff(map));

        Assert.Equal("sessions", difference.GetProperty("Name").GetString());
        Assert.Equal(2_000, difference.GetProperty("Entries").GetInt64());
    }

    [Fact]
    public void Diff_MapByAddress_IsThatMap()
    {
        string address = SpecimenProcess.RunJson("list", target.LaterCore)[6].GetProperty("Address").GetString()!;

        Assert.Equal("articles", Assert.Single(Diff(address)).GetProperty("Name").GetString());
        Assert.Equal("articles", Assert.Single(Diff(address[2..])).GetProperty("Name").GetString());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("99")]
    [InlineData("0x1000")]
    [InlineData("")]
    public void Diff_MapThatIsNowhere_IsRefused(string map)
    {
        (int code, string text) = SpecimenProcess.Run("diff", target.Core, target.LaterCore, map);

        Assert.Equal((ExitCode.Unusable, string.Empty), (code, text));
    }

    private JsonElement[] Diff(string map) =>
        [.. SpecimenProcess.RunJson("diff", target.Core, target.LaterCore, map).EnumerateArray()];
}

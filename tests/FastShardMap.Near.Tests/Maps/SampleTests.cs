using FastShardMap.Near.Tests.Support;
using NearCache;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>The sample <c>src/samples/NearCache</c>.</summary>
public class SampleTests(Engines engines)
{
    [Fact]
    public async Task Demo_OfTheSample_ShowsAChangeAtTheOtherInstance()
    {
        await using StringWriter output = new();

        Assert.True(await Demo.RunAsync(await engines.ConfigurationOfAsync(EngineKind.Garnet), output));

        string text = output.ToString();
        Assert.Contains("price 42 is 1999, from its near copy", text, StringComparison.Ordinal);
        Assert.Contains("price 42 is 2099", text, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Live\"", text, StringComparison.Ordinal);
    }
}

using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Bench.Texts;

namespace FastShardMap.Bench.Tests.Texts;

public sealed class TextTests
{
    [Fact]
    public void Run_Shrunk_MeasuresEveryRowOfTheTargets()
    {
        TextOptions options = new(IsQuick: false, Shrink: 10_000);
        List<FigureRow> rows = new TextSession(options, static _ => { }).Run();

        Assert.Distinct(rows.Select(static row => row.Id));
        Assert.Empty(
            AllTargets.Text.Targets.Select(static target => target.Row).Except(rows.Select(static row => row.Id)));
        Assert.All(rows, static row => Assert.All(row.Judgements, static one => Assert.True(one.Measured.HasValue)));
    }

    [Fact]
    public void Measures_Quick_LeavesOutTheLargestSize()
    {
        TextOptions options = new(IsQuick: true, Shrink: 1);
        Assert.False(options.Measures("text-hit-5m-8-16"));
        Assert.True(options.Measures("text-hit-1m-8-16"));
        Assert.True(options.Measures("text-drift"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Create_Keys_HaveTheLengthsAndCharacters(bool isAscii)
    {
        TextKeys keys = TextKeys.Create(1_000, new TextLengths("any", 5, 9, isAscii), seed: 4);
        Assert.Equal(1_000, keys.Count);
        HashSet<int> lengths = [];
        for (int i = 0; i < keys.Count; i++)
        {
            lengths.Add(keys[i].Length);
            Assert.Equal(isAscii, System.Text.Ascii.IsValid(keys[i]));
        }

        Assert.Equal([5, 6, 7, 8, 9], lengths.Order());
        byte[] utf8 = keys.ToUtf8([17])[0];
        Assert.Equal(keys.ToStrings([17])[0], System.Text.Encoding.UTF8.GetString(utf8));
    }
}

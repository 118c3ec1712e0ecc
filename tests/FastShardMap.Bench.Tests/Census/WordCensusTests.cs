using FastShardMap.Bench.Census;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Tests.Census;

public sealed class WordCensusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("word-census-tests").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Text_FindsRunsOfLettersAndDigits()
    {
        WordInput input = WordInput.Read([Write("a", "<p>One, two2 — größer</p> ")], limitBytes: 0);
        Assert.Equal(["p", "One", "two2", "größer", "p"], WordsOf(input));
    }

    [Fact]
    public void Read_TwoFiles_WordsDoNotSpanThem()
    {
        WordInput input = WordInput.Read([Write("a", "one tw"), Write("b", "o three")], limitBytes: 0);
        Assert.Equal(["one", "tw", "o", "three"], WordsOf(input));
        Assert.Equal(2, input.Files);
        Assert.Equal(13, input.Bytes);
    }

    [Fact]
    public void Read_LongRun_IsCut()
    {
        WordInput input = WordInput.Read([Write("a", new string('x', WordInput.MaxWordChars + 3))], limitBytes: 0);
        Assert.Equal([WordInput.MaxWordChars, 3], WordsOf(input).Select(word => word.Length));
    }

    [Fact]
    public void Read_Limit_StopsThere()
    {
        WordInput input = WordInput.Read([Write("a", "one two three")], limitBytes: 7);
        Assert.Equal(["one", "two"], WordsOf(input));
        Assert.Equal(13, input.BytesAvailable);
    }

    [Fact]
    public void Read_NoWord_Throws() =>
        Assert.Throws<CensusInputException>(() => WordInput.Read([Write("a", "... --- ...")], limitBytes: 0));

    [Fact]
    public void Read_MissingPath_SaysWhich()
    {
        string missing = Path.Combine(_folder, "missing");
        CensusInputException exception =
            Assert.Throws<CensusInputException>(() => WordInput.Read([missing], limitBytes: 0));
        Assert.Contains(missing, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoPaths_FindsTheDocumentation()
    {
        WordInput input = WordInput.Read([], limitBytes: 1 << 20);
        Assert.Equal(1 << 20, input.Bytes);
        Assert.True(input.BytesAvailable > 10 << 20);
        Assert.Contains("summary", WordsOf(input));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Count_BothMaps_AgreeWithASimpleLoop(int threads)
    {
        WordInput input = WordInput.Read([], limitBytes: 200_000);
        Dictionary<string, long> expected = [];
        foreach (string word in WordsOf(input))
        {
            expected[word] = expected.GetValueOrDefault(word) + 1;
        }

        using WordCounter<TextShardMapWords> ours = new(input, TextShardMapWords.Create(default));
        using WordCounter<ConcurrentDictionaryWords> theirs = new(input, ConcurrentDictionaryWords.Create(default));
        CensusResult result = CensusRun<string>.Count(ours, threads, progress: null);
        CensusRun<string>.Count(theirs, threads, progress: null);
        Assert.Equal(expected.Count, result.Distinct);
        Assert.Equal(expected.Values.Sum(), result.Items);
        Assert.Equal(Sorted(expected), Sorted(ours.Pairs()));
        Assert.Equal(Sorted(expected), Sorted(theirs.Pairs()));
        Assert.True(new CensusVerifier<string>(ours, theirs, input.Items).Verify());

        CensusRun<string>.Count(ours, threads: 1, progress: null);
        CensusVerifier<string> verifier = new(ours, theirs, input.Items);
        Assert.False(verifier.Verify());
        Assert.Equal(expected.Count + 1, verifier.DifferenceCount);
    }

    private static IEnumerable<KeyValuePair<string, long>> Sorted(IEnumerable<KeyValuePair<string, long>> pairs) =>
        pairs.OrderBy(static pair => pair.Key, StringComparer.Ordinal);

    private static List<string> WordsOf(WordInput input)
    {
        List<string> words = [];
        foreach (WordInput.Word word in input.Words)
        {
            words.Add(input.TextOf(word).ToString());
        }

        return words;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}

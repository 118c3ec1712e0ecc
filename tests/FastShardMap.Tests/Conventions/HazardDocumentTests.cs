using System.Globalization;
using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// native-layout-docs/hazards.md has one heading per hazard, <c>## H1: …</c>, and below it what happens, where it was
/// seen, the defence, and the tests as <c>`Class.Method`</c>. Each of these must exist, as a test, below tests/.
/// </summary>
public partial class HazardDocumentTests
{
    private const string Document = "native-layout-docs/hazards.md";

    /// <summary>What stands below every heading.</summary>
    private static readonly string[] Parts = ["**What happens.**", "**Seen in**:", "**Defence.**", "**Tests**"];

    [Fact]
    public void Hazards_All_AreNumberedInOrder()
    {
        int[] numbers = [.. Sections().Select(section => section.Number)];

        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public void Hazards_All_HaveTheirParts() =>
        Assert.Empty(
            from section in Sections()
            from part in Parts
            where !section.Text.Contains(part, StringComparison.Ordinal)
            select $"H{section.Number} has no part {part}");

    [Fact]
    public void Hazards_ThatTestsAreNamedAfter_AreListed() =>
        Assert.Empty(
            TestsInSources().Select(name => TestOfHazard().Match(name)).Where(match => match.Success)
                .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct()
                .Except(Sections().Select(section => section.Number)));

    [Fact]
    public void Tests_OfEveryHazard_Exist()
    {
        HashSet<string> tests = TestsInSources();
        List<string> wrong = new();
        foreach ((int number, string text) in Sections())
        {
            string[] named = TestName().Matches(text).Select(match => match.Groups[1].Value).ToArray();
            if (named.Length == 0)
            {
                wrong.Add($"H{number} names no test");
            }

            wrong.AddRange(named.Where(name => !tests.Contains(name))
                .Select(name => $"H{number} names {name}, which is not a test below tests/"));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void TestsInSources_ThisFile_AreFound() =>
        Assert.Contains($"{nameof(HazardDocumentTests)}.{nameof(TestsInSources_ThisFile_AreFound)}", TestsInSources());

    private static IReadOnlyList<(int Number, string Text)> Sections()
    {
        string text = Repository.ReadText(Document);
        Match[] headings = Heading().Matches(text).ToArray();
        Assert.NotEmpty(headings);
        return headings.Select((heading, i) => (
            int.Parse(heading.Groups[1].Value, CultureInfo.InvariantCulture),
            text[heading.Index..(i + 1 < headings.Length ? headings[i + 1].Index : text.Length)])).ToArray();
    }

    // Class.Method of every [Fact] and [Theory], by the nearest class above it.
    private static HashSet<string> TestsInSources()
    {
        HashSet<string> tests = new(StringComparer.Ordinal);
        foreach (string path in Repository.FilesBelow("tests", "*.cs"))
        {
            string type = "";
            bool isTest = false;
            foreach (string line in CSharpText.CodeOf(Repository.ReadText(path)).Split('\n'))
            {
                if (ClassName().Match(line) is { Success: true } declared)
                {
                    type = declared.Groups[1].Value;
                }

                isTest |= TestAttribute().IsMatch(line);
                if (isTest && MethodName().Match(line) is { Success: true } method)
                {
                    tests.Add($"{type}.{method.Groups[1].Value}");
                    isTest = false;
                }
            }
        }

        return tests;
    }

    [GeneratedRegex(@"^## H(\d+): \S", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // As a list item: other members may be cited in the text.
    [GeneratedRegex(@"^- `(\w+\.\w+)`", RegexOptions.Multiline)]
    private static partial Regex TestName();

    [GeneratedRegex(@"^H0*(\d+)[A-Z]")]
    private static partial Regex TestOfHazard();

    [GeneratedRegex(@"\bclass\s+(\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^\s*\[.*\b(?:Fact|Theory|Property)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"\b(?:public|internal)\s[^(=]*?\b(\w+)\s*(?:<[^>(]*>)?\(")]
    private static partial Regex MethodName();
}

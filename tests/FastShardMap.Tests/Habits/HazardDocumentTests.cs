using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Habits;

/// <summary>
/// native-layout-docs/hazards.md lists hazard → defence → test. Its tables have the columns <c>#</c> and <c>test</c>; a
/// test is written as <c>`Class.Method`</c>, several are separated at will. Each must exist, as a test, below tests/.
/// </summary>
public partial class HazardDocumentTests
{
    private const string Document = "native-layout-docs/hazards.md";
    private const int Hazards = 27;

    [Fact]
    public void Hazards_All_AreListed()
    {
        string[] listed = Rows().Select(row => row.Id).ToArray();

        Assert.Empty(Enumerable.Range(1, Hazards).Select(number => $"H{number}").Except(listed, StringComparer.Ordinal));
        Assert.Distinct(listed);
    }

    [Fact]
    public void Tests_OfEveryHazard_Exist()
    {
        HashSet<string> tests = TestsInSources();
        var wrong = new List<string>();
        foreach ((string id, string cell) in Rows())
        {
            string[] named = TestName().Matches(cell).Select(match => match.Groups[1].Value).ToArray();
            if (named.Length == 0)
            {
                wrong.Add($"{id} names no test");
            }

            wrong.AddRange(named.Where(name => !tests.Contains(name)).Select(name => $"{id} names {name}, which is not a test below tests/"));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void TestsInSources_ThisFile_AreFound() =>
        Assert.Contains($"{nameof(HazardDocumentTests)}.{nameof(TestsInSources_ThisFile_AreFound)}", TestsInSources());

    private static IReadOnlyList<(string Id, string Tests)> Rows()
    {
        // The document is due with the tests that it names.
        Assert.SkipUnless(Repository.HasFolder("tests/FastShardMap.Tests/Hazards") || Repository.HasFile(Document), "No hazard tests yet.");

        (string Id, string Tests)[] rows = MarkdownTable.ReadAll(Repository.ReadText(Document))
            .Where(table => table.HasColumns("#", "test"))
            .SelectMany(table => table.Rows.Select(row => (table.Cell(row, "#").Trim('`', '*'), table.Cell(row, "test"))))
            .ToArray();
        Assert.True(rows.Length > 0, $"{Document} has no table with the columns # and test.");
        return rows;
    }

    // Class.Method of every [Fact] and [Theory], by the nearest class above it.
    private static HashSet<string> TestsInSources()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
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

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\bclass\s+(\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^\s*\[.*\b(?:Fact|Theory|Property)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"\b(?:public|internal)\s[^(=]*?\b(\w+)\s*(?:<[^>(]*>)?\(")]
    private static partial Regex MethodName();
}

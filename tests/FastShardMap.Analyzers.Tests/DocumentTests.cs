using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FastShardMap.Tests.Conventions;
using Microsoft.CodeAnalysis;

namespace FastShardMap.Analyzers.Tests;

/// <summary>native-layout-docs/analyzers.md describes every rule, and its examples are reported as it says.</summary>
public partial class DocumentTests
{
    private const string Document = "native-layout-docs/analyzers.md";

    [Fact]
    public async Task Examples_AreReportedWhereTheyAreMarked()
    {
        List<string> wrong = [];
        MatchCollection blocks = Block().Matches(Repository.ReadText(Document));
        Assert.True(blocks.Count > 10, $"{Document} has {blocks.Count} examples");
        foreach (Match block in blocks)
        {
            string code = block.Groups[1].Value;
            ImmutableArray<Diagnostic> diagnostics = await Verify.DiagnosticsOfFileAsync(code);
            string[] lines = code.Split('\n');
            string[] expected = [.. lines.Where(static line => Mark().IsMatch(line)).Select(LineOf)];
            string[] actual = [.. diagnostics.Select(diagnostic => $"{diagnostic.Id} {Place(diagnostic)}")];
            if (!expected.SequenceEqual(actual))
            {
                wrong.Add($"{code}\nis reported at:\n  {string.Join("\n  ", actual)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));

        static string LineOf(string line) => $"{Mark().Match(line).Groups[1].Value} {line.Trim()}";
    }

    [Fact]
    public void Rules_HaveASectionAndARow()
    {
        string text = Repository.ReadText(Document);
        DiagnosticDescriptor[] rules =
            [.. Verify.Analyzers.SelectMany(static analyzer => analyzer.SupportedDiagnostics)];

        Assert.Equal(
            Section().Matches(text).Select(static match => match.Groups[1].Value),
            rules.Select(static rule => rule.Id).Order(StringComparer.Ordinal));
        Assert.All(rules, rule =>
        {
            string severity = rule.DefaultSeverity == DiagnosticSeverity.Warning ? "warning" : "suggestion";
            string anchor = $"#{rule.Id.ToLowerInvariant()}";
            Assert.Contains($"| [{rule.Id}]({anchor}) | {severity} |", text, StringComparison.Ordinal);
            if (rule.HelpLinkUri.Length > 0)
            {
                Assert.EndsWith($"/{Document}{anchor}", rule.HelpLinkUri, StringComparison.Ordinal);
            }
        });
    }

    private static string Place(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetText().Lines
            .GetLineFromPosition(diagnostic.Location.SourceSpan.Start).ToString().Trim();

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"// (FSM\d{4})$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^## (FSM\d{4})$", RegexOptions.Multiline)]
    private static partial Regex Section();
}

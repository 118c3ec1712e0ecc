using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>A fenced code block of a Markdown document.</summary>
/// <param name="Document">Relative path of the document.</param>
/// <param name="Line">Number of the block's first line of code.</param>
/// <param name="Language">First word after the fence.</param>
/// <param name="Words">Further words after the fence.</param>
/// <param name="Code">The lines of code.</param>
internal sealed partial record CodeBlock(
    string Document, int Line, string Language, IReadOnlyList<string> Words, IReadOnlyList<string> Code)
{
    public static IReadOnlyList<CodeBlock> ReadAll(string document, string markdown)
    {
        List<CodeBlock> blocks = new();
        string[] lines = markdown.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                int first = i + 1;
                int last = Array.FindIndex(lines, first, line => line.Trim() == "```");
                if (last < 0)
                {
                    throw new FormatException($"{document}({first}): the code block has no end.");
                }

                string[] words = fence.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                blocks.Add(
                    new CodeBlock(
                        document,
                        first + 1,
                        words.FirstOrDefault(""),
                        words[Math.Min(1, words.Length)..],
                        lines[first..last]));
                i = last;
            }
        }

        return blocks;
    }

    public override string ToString() => $"{Document}({Line})";

    [GeneratedRegex(@"^\s*```([^`]*)$")]
    private static partial Regex Fence();
}

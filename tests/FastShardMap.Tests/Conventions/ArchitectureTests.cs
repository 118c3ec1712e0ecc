using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The rules that keep the layers of <see cref="LayerTests"/> meaningful, and files readable: where the system is
/// called, how the engine waits, how long a file may grow.
/// </summary>
public partial class ArchitectureTests
{
    private const int LongestFileLines = 400;

    [Fact]
    public void SystemCalls_Everywhere_AreInMemory()
    {
        IEnumerable<string> wrong =
            from file in Sources()
            where file.Folder != "Memory"
            from match in SystemCall().Matches(file.Code)
            select $"{file.At(match)}: {match.Value}";

        AssertNone(wrong, "Only Memory calls the operating system");
    }

    /// <summary>Hazard H23: whatever waits between two steps that belong together must not throw.</summary>
    [Fact]
    public void Waits_OfTheEngine_CannotBeInterrupted()
    {
        IEnumerable<SourceFile> engine = Sources().Where(file => file.Folder is "Memory" or "Sharding");
        IEnumerable<string> wrong = Matching(engine, Wait(), ArchitectureExceptions.Wait);

        AssertNone(wrong, "The engine waits by UninterruptibleSpin, UninterruptibleMonitor or the parking lot only");
    }

    [Fact]
    public void Files_OfAllProjects_StayShort()
    {
        List<string> wrong = new();
        foreach (string path in CSharpFiles())
        {
            int lines = Repository.ReadLines(path).Length - 1;
            bool excepted = ArchitectureExceptions.Find(path, ArchitectureExceptions.Length) is not null;
            if (lines > LongestFileLines && !excepted)
            {
                wrong.Add($"{path}: {lines} lines");
            }
            else if (lines <= LongestFileLines && excepted)
            {
                wrong.Add($"{path}: needs no exception for length any more");
            }
        }

        AssertNone(wrong, $"Files past {LongestFileLines} lines are split, or listed here with a reason");
    }

    [Fact]
    public void Files_OfAllProjects_AreClean()
    {
        List<string> wrong = new();
        foreach (string path in CSharpFiles())
        {
            // Not ReadText: it hides what is looked for.
            string text = File.ReadAllText(Repository.PathOf(path));
            string[] lines = text.ReplaceLineEndings("\n").Split('\n');
            wrong.AddRange(
                lines
                    .Index()
                    .Where(line => line.Item.EndsWith(' ') || line.Item.Contains('\t', StringComparison.Ordinal))
                    .Select(line => $"{path}({line.Index + 1}): trailing space or tab"));
            if (!text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal))
            {
                wrong.Add($"{path}: ends in other than one line end");
            }
        }

        AssertNone(wrong, "Untidy files");
    }

    [Fact]
    public void Words_OfTheGlossary_AreUsed()
    {
        IEnumerable<string> wrong = Matching(Sources(), Bucket(), ArchitectureExceptions.Word);

        AssertNone(wrong, "One word per idea (native-layout-docs/glossary.md)");
    }

    [Theory]
    [InlineData("a // Interlocked\nb", "a               \nb")]
    [InlineData("x /* Volatile\n y */ z", "x            \n      z")]
    [InlineData("f(\"Volatile \\\" // \", '\"') + g", "f(                 ,    ) + g")]
    [InlineData("@\"a\"\"b\" + c", "        + c")]
    [InlineData("List<char> a = ['\\'', 'b'];", "List<char> a = [    ,    ];")]
    public void CodeOf_CommentsAndLiterals_AreBlank(string source, string expected) =>
        Assert.Equal(expected, CSharpText.CodeOf(source));

    // What a pattern finds in files that are not excepted, and the exceptions that find nothing.
    private static List<string> Matching(IEnumerable<SourceFile> files, Regex pattern, string what)
    {
        List<string> wrong = new();
        foreach (SourceFile file in files)
        {
            MatchCollection matches = pattern.Matches(file.Code);
            if (ArchitectureExceptions.Find(file.Path, what) is null)
            {
                wrong.AddRange(matches.Select(match => $"{file.At(match)}: {match.Value}"));
            }
            else if (matches.Count == 0)
            {
                wrong.Add($"{file.Path}: needs no exception for {what} any more");
            }
        }

        return wrong;
    }

    private static IReadOnlyList<SourceFile> Sources() => SourceFile.In(FolderTable.Library.Project);

    private static IEnumerable<string> CSharpFiles() =>
        new[] { "src", "tests", "bench" }.SelectMany(folder => Repository.FilesBelow(folder, "*.cs"));

    private static void AssertNone(IEnumerable<string> wrong, string rule)
    {
        string[] all = wrong.ToArray();
        Assert.True(all.Length == 0, $"{rule}:\n  {string.Join("\n  ", all)}");
    }

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport|NativeLibrary|NativeMemory)\b")]
    private static partial Regex SystemCall();

    [GeneratedRegex(
        @"\.SpinOnce\b|\bThread\.Sleep\b|\.Join\(\)|\block\s*\(|\bMonitor\."
            + @"|\bnew Lock\b|\bLock\s+\w+\s*=|\.WaitOne\b|\.Wait\(")]
    private static partial Regex Wait();

    [GeneratedRegex(@"\w*bucket\w*", RegexOptions.IgnoreCase)]
    private static partial Regex Bucket();
}

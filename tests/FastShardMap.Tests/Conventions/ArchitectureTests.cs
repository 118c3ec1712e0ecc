using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The layering rule: a folder of the library uses only folders above it in <see cref="Layers"/>. With it the rules that
/// keep the layers meaningful: who may call the system, who may know about threads, how long a file may grow.
/// </summary>
public partial class ArchitectureTests
{
    private const string Library = "src/FastShardMap";

    /// <summary>The files directly in the library's folder: the public map type and what it is made with.</summary>
    private const string PublicType = "(root)";

    private const int LongestFileLines = 400;

    /// <summary>From the bottom up. Of the features, a later one may use an earlier one, and the core knows none.</summary>
    private static readonly string[] Layers =
    [
        "Memory", "Layout", "Hashing", "Probing", "Tables", "Operations", "Sharding", PublicType,
        "Synchronization", "Snapshots", "Auditing", "Serialization", "Diagnostics",
    ];

    /// <summary>Layers that may use atomics, barriers, locks and threads.</summary>
    private static readonly string[] ConcurrentLayers =
        ["Memory", "Sharding", "Synchronization", "Snapshots", "Auditing", "Serialization", "Diagnostics"];

    /// <summary>
    /// Exceptions to every rule here: file, what it may do all the same (the name of a layer or a type that it uses,
    /// "concurrency", "wait", "length" or "word"), why. An exception that is not needed any more fails its test.
    /// </summary>
    private static readonly (string File, string What, string Why)[] Exceptions =
    [
        ("/ShardMap.cs", "Diagnostics", "an attribute names the view that debuggers show"),
        ("Sharding/ShardSet.Statistics.cs", "ShardMapStatistics", "the public record of figures, which the shards add up"),
        ("Scheduling/Execution.cs", "length", "the test scheduler is one state machine: its parts share every field"),
        ("Sharding/Locking/UninterruptibleSpin.cs", "wait", "the wait for a few instructions of another thread, which nothing ends early"),
        ("Memory/UninterruptibleMonitor.cs", "wait", "the same for longer waits"),
        ("Sharding/Locking/ParkingLot.cs", "wait", "the one wait that an interruption may end: nothing has happened yet, or it is deferred"),
        ("Sharding/BackgroundMigration.cs", "wait", "a thread of the library's own, which nobody else can interrupt"),
        ("Memory/ForgottenMemory.cs", "wait", "likewise"),
        ("Memory/WorkThreads.cs", "wait", "likewise"),
        ("Sharding/Locking/ParkingLot.cs", "word", "a parking lot has buckets of waiting threads, which are no table's"),
    ];

    [Fact]
    public void Folders_OfTheLibrary_AreLayers()
    {
        IEnumerable<string> unknown = Sources().Select(file => file.Layer).Distinct(StringComparer.Ordinal).Except(Layers, StringComparer.Ordinal);

        Assert.True(!unknown.Any(), $"{Library} has folders without a place in the order of layers: {string.Join(", ", unknown)}.");
    }

    [Fact]
    public void Namespaces_OfTheLibrary_FollowTheFolders()
    {
        var wrong = new List<string>();
        foreach (Source file in Sources())
        {
            // Public types are in the root namespace in every folder: hashers, functors and features have some.
            bool mayBeRoot = file.Layer is "Hashing" or "Operations" || Rank(file.Layer) >= Rank(PublicType);
            bool mayBeFolder = file.Layer != PublicType;
            Match match = Namespace().Match(file.Code);
            string name = match.Groups[1].Value;
            if (!match.Success || !((mayBeRoot && name == "FastShardMap") || (mayBeFolder && name == $"FastShardMap.{file.Layer}")))
            {
                // A file of assembly attributes or global usings has no namespace and needs none.
                if (match.Success || TypeDeclaration().IsMatch(file.Code))
                {
                    wrong.Add($"{file.Path}: namespace {name}");
                }
            }
        }

        AssertNone(wrong, "Namespaces that do not follow the folder");
    }

    [Fact]
    public void Layers_UseOnly_LayersAbove()
    {
        IReadOnlyList<Source> sources = Sources();
        Dictionary<string, string[]> layersOfType = sources
            .SelectMany(file => TypeDeclaration().Matches(file.Code).Select(match => (Type: match.Groups[1].Value, file.Layer)))
            .GroupBy(pair => pair.Type, pair => pair.Layer, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

        var wrong = new List<string>();
        var needed = new HashSet<(string File, string What)>();
        foreach (Source file in sources)
        {
            int rank = Rank(file.Layer);
            IEnumerable<(Match Match, string What, string Layer)> uses =
                // A using directive, a name qualified from the root, or one qualified from the common namespace.
                (from layer in Layers.Skip(rank + 1)
                 where layer != PublicType
                 from match in Regex.Matches(file.Code, $@"\bFastShardMap\.{layer}\b|(?<![\w.]){layer}\.[A-Z]")
                 select (match, layer, layer))
                .Concat(
                    from match in Identifier().Matches(file.Code)
                    let layers = layersOfType.GetValueOrDefault(match.Value)
                    where layers is not null && layers.All(layer => Rank(layer) > rank)
                    select (match, match.Value, layers[0]));
            foreach ((Match match, string what, string layer) in uses)
            {
                if (ExceptionFor(file, what) is { } exception)
                {
                    needed.Add((exception.File, exception.What));
                }
                else
                {
                    wrong.Add($"{At(file, match)}: {file.Layer} uses {what} of {layer}");
                }
            }
        }

        wrong.AddRange(Exceptions
            .Where(exception => exception.What is not ("concurrency" or "wait" or "length" or "word") && !needed.Contains((exception.File, exception.What)))
            .Select(exception => $"{exception.File}: needs no exception for {exception.What} any more"));
        AssertNone(wrong, $"The order of layers is {string.Join(" → ", Layers)}, and a layer uses only those before it");
    }

    [Fact]
    public void SystemCalls_Everywhere_AreInMemory()
    {
        IEnumerable<string> wrong =
            from file in Sources()
            where file.Layer != "Memory"
            from match in SystemCall().Matches(file.Code)
            select $"{At(file, match)}: {match.Value}";

        AssertNone(wrong, "Only Memory calls the operating system");
    }

    [Fact]
    public void Concurrency_Everywhere_IsInConcurrentFolders()
    {
        IEnumerable<string> wrong = Matching(
            Sources().Where(file => !ConcurrentLayers.Contains(file.Layer, StringComparer.Ordinal)), Concurrency(), "concurrency");
        AssertNone(wrong, $"Atomics, barriers, locks and threads belong to {string.Join(", ", ConcurrentLayers)}");
    }

    /// <summary>Hazard H23: whatever waits between two steps that belong together must not throw.</summary>
    [Fact]
    public void Waits_OfTheEngine_CannotBeInterrupted()
    {
        IEnumerable<string> wrong = Matching(Sources().Where(file => file.Layer is "Memory" or "Sharding"), Wait(), "wait");

        AssertNone(wrong, "The engine waits by UninterruptibleSpin, UninterruptibleMonitor or the parking lot only");
    }

    [Fact]
    public void Files_OfAllProjects_StayShort()
    {
        var wrong = new List<string>();
        foreach (string path in CSharpFiles())
        {
            int lines = Repository.ReadLines(path).Length - 1;
            bool excepted = Exceptions.Any(exception => path.EndsWith(exception.File, StringComparison.Ordinal) && exception.What == "length");
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
        var wrong = new List<string>();
        foreach (string path in CSharpFiles())
        {
            // Not ReadText: it hides what is looked for.
            string text = File.ReadAllText(Repository.PathOf(path));
            string[] lines = text.ReplaceLineEndings("\n").Split('\n');
            wrong.AddRange(lines.Index().Where(line => line.Item.EndsWith(' ') || line.Item.Contains('\t', StringComparison.Ordinal))
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
        IEnumerable<string> wrong = Matching(Sources(), Bucket(), "word");

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

    private static int Rank(string layer) => Array.IndexOf(Layers, layer);

    private static (string File, string What, string Why)? ExceptionFor(Source file, string what)
    {
        int index = Array.FindIndex(Exceptions, exception => file.Path.EndsWith(exception.File, StringComparison.Ordinal) && exception.What == what);
        return index < 0 ? null : Exceptions[index];
    }

    // What a pattern finds in files that are not excepted, and the exceptions that find nothing.
    private static List<string> Matching(IEnumerable<Source> files, Regex pattern, string what)
    {
        var wrong = new List<string>();
        foreach (Source file in files)
        {
            MatchCollection matches = pattern.Matches(file.Code);
            if (ExceptionFor(file, what) is null)
            {
                wrong.AddRange(matches.Select(match => $"{At(file, match)}: {match.Value}"));
            }
            else if (matches.Count == 0)
            {
                wrong.Add($"{file.Path}: needs no exception for {what} any more");
            }
        }

        return wrong;
    }

    private static string At(Source file, Match match) => $"{file.Path}({CSharpText.LineOf(file.Code, match.Index)})";

    private static IReadOnlyList<Source> Sources() =>
        Repository.FilesBelow(Library, "*.cs").Select(path =>
        {
            string[] parts = path[(Library.Length + 1)..].Split('/');
            return new Source(path, parts.Length == 1 ? PublicType : parts[0], CSharpText.CodeOf(Repository.ReadText(path)));
        }).ToArray();

    private static IEnumerable<string> CSharpFiles() =>
        new[] { "src", "tests", "bench" }.SelectMany(folder => Repository.FilesBelow(folder, "*.cs"));

    private static void AssertNone(IEnumerable<string> wrong, string rule)
    {
        string[] all = wrong.ToArray();
        Assert.True(all.Length == 0, $"{rule}:\n  {string.Join("\n  ", all)}");
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // Types at the start of a line: nested ones belong to theirs.
    [GeneratedRegex(@"^(?:[a-z]+\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[^(;]*?)\s+([A-Z]\w*)\s*[<({:\s;]", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    // Not after a dot: a member may be named like a type elsewhere.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport|NativeLibrary|NativeMemory)\b")]
    private static partial Regex SystemCall();

    [GeneratedRegex(@"\b(?:Volatile|Interlocked|Monitor|SpinWait|SpinLock|MemoryBarrier|ReaderWriterLockSlim|Mutex|Semaphore(?:Slim)?|ManualResetEvent(?:Slim)?)\s*[.(]|\bvolatile\s|\block\s*\(|\bnew\s+Thread\b|\bThread\s*\.|\bThreadPool\b|\bTask\s*\.\s*Run\b")]
    private static partial Regex Concurrency();

    [GeneratedRegex(@"\.SpinOnce\b|\bThread\.Sleep\b|\.Join\(\)|\block\s*\(|\bMonitor\.|\bnew Lock\b|\bLock\s+\w+\s*=|\.WaitOne\b|\.Wait\(")]
    private static partial Regex Wait();

    [GeneratedRegex(@"\w*bucket\w*", RegexOptions.IgnoreCase)]
    private static partial Regex Bucket();

    private sealed record Source(string Path, string Layer, string Code);
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The edges of native-layout-docs/memory-ordering.md as ARM64 instructions: the document's second table says which
/// ordering instructions each method has, in the order of the code, and the JIT's listing must agree. (Emulation on x64
/// does not reorder, so running the code there proves nothing of the kind.)
/// </summary>
public partial class Arm64ListingTests
{
    private const string Document = "native-layout-docs/memory-ordering.md";
    private const string Script = ".ci/arm64-listing";
    private const int NoEmulator = 75;

    [Fact]
    [Trait("Category", "Heavy")]
    public void Listing_OfTheHotMethods_HasTheDocumentedInstructions()
    {
#if DEBUG
        Assert.Skip("A Debug build's code is not the code that is shipped.");
#endif
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux(),
            "The emulator runs on x64 Linux.");
        Assert.SkipUnless(Repository.HasFile(Script), "Not in the repository.");
        string listing = Path.Combine(Path.GetTempPath(), $"listing-{Environment.ProcessId}.asm");
        try
        {
            (int code, string output) = RunScript(listing);
            Assert.SkipWhen(code == NoEmulator, "No ARM64 emulator beside the repository.");
            Assert.True(code == 0, $"{Script} ended with {code}: {output}");
            Compare(InstructionsOf(File.ReadAllText(listing)));
        }
        finally
        {
            File.Delete(listing);
        }
    }

    [Fact]
    public void InstructionsOf_AListing_FindsThoseThatOrder()
    {
        Dictionary<string, List<string>> found = InstructionsOf(
            """
            ; Assembly listing for method A.B`2[int,long]:Insert[C](ptr):int (FullOpts)
                        stlr    x1, [x0]
                        dmb     ish
                        str     x2, [x3]
                        stlur   x1, [x0, #0x08]
            ; Assembly listing for method A.D:Exit(ptr) (FullOpts)
                        swpal   w1, w2, [x0]
            """);

        Assert.Equal(["store-release fence store-release"], found["B.Insert"]);
        Assert.Equal(["exchange"], found["D.Exit"]);
    }

    // As a bag: the listing is in the order of the code's blocks, which the JIT lays out anew as the code changes.
    private static string Sorted(string instructions) =>
        string.Join(' ', instructions.Split(' ').Order(StringComparer.Ordinal));

    private static void Compare(Dictionary<string, List<string>> listed)
    {
        MarkdownTable table = Assert.Single(
            MarkdownTable.ReadAll(Repository.ReadText(Document)),
            static table => table.HasColumns("method", "instructions", "edges"));
        List<string> wrong = [];
        foreach (string[] row in table.Rows)
        {
            string method = table.Cell(row, "method").Trim('`');
            string documented = table.Cell(row, "instructions").Trim('`');
            if (!listed.TryGetValue(method, out List<string>? sequences))
            {
                wrong.Add($"{method} is not in the listing");
            }
            else if (!sequences.Any(sequence => Sorted(sequence) == Sorted(documented)))
            {
                wrong.Add($"{method}: documented '{documented}', compiled '{string.Join("' and '", sequences)}'");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static (int Code, string Output) RunScript(string listing)
    {
        ProcessStartInfo start = new(
            Repository.PathOf(Script), [listing, Path.Combine(AppContext.BaseDirectory, "FastShardMap.Stress.dll")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>
    /// For every method (type and name; several if generic) its ordering instructions in the order of the code.
    /// </summary>
    private static Dictionary<string, List<string>> InstructionsOf(string listing)
    {
        Dictionary<string, List<string>> found = new(StringComparer.Ordinal);
        foreach (Match method in Method().Matches(listing))
        {
            string name = $"{method.Groups["type"].Value}.{method.Groups["name"].Value}";
            string sequence = string.Join(
                ' ',
                Ordering().Matches(method.Groups["code"].Value).Select(static match => KindOf(match.Groups[1].Value)));
            if (!found.TryGetValue(name, out List<string>? sequences))
            {
                found.Add(name, sequences = []);
            }

            sequences.Add(sequence);
        }

        return found;
    }

    // Which of the spellings the JIT takes depends on the processor and the offset, not on the ordering.
    private static string KindOf(string instruction) => instruction[..3] switch
    {
        "lda" => "load-acquire",
        "stl" => "store-release",
        "cas" => "compare-exchange",
        "swp" => "exchange",
        _ => instruction.EndsWith("ishld", StringComparison.Ordinal) ? "load-fence" : "fence",
    };

    [GeneratedRegex(
        @"^; Assembly listing for method (?:[\w.]+\.)?(?:\w+\+)?(?<type>\w+)(?:`\d+)?(?:\[[^:]*\])?"
            + @":(?<name>\w+)(?<code>.*?)(?=^; Assembly listing|\z)",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Method();

    [GeneratedRegex(@"^\s+(ldapu?r\w?|ldar\w?|stlu?r\w?|casal|swpal|dmb\s+ish(?:ld|st)?)\b", RegexOptions.Multiline)]
    private static partial Regex Ordering();
}

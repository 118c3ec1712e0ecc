using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// An example of a document, as a program: it is compiled as a reader would paste it into one, run, and held to what
/// its comments say.
/// <list type="bullet">
/// <item><c>Console.WriteLine(x); // prints: 5</c>: the program's whole output is the lines so announced, in
/// order;</item>
/// <item><c>map.TryAdd(1, 2); // → true</c> or <c>long n = map.Count; // → 1</c>: the value of the expression.</item>
/// </list>
/// </summary>
internal static partial class Snippet
{
    // What a new project has by default (ImplicitUsings).
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // CS0105, CS8933: an example may show the using that it needs, although it is given.
    private static readonly string[] RepeatedUsing = ["CS0105", "CS8933"];

    // The framework that runs this test, and the library beside it. The compiler keeps what it has read of a reference
    // with that object.
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(path).StartsWith("FastShardMap", StringComparison.Ordinal)
                || Path.GetFileName(path).StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || Path.GetFileName(path).StartsWith("StackExchange.", StringComparison.Ordinal)
                || Path.GetFileName(path) is "netstandard.dll" or "mscorlib.dll" or "Microsoft.CSharp.dll")
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private const string Support = """
        internal static class Example
        {
            public static readonly System.Collections.Generic.List<string> Failures = new();

            public static void Expect<T>(T actual, string expected, int line)
            {
                string text = actual switch
                {
                    null => "null",
                    bool flag => flag ? "true" : "false",
                    System.IFormattable value =>
                        value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                    _ => actual.ToString() ?? "",
                };
                if (text != expected.Trim('"'))
                {
                    Failures.Add($"line {line}: {text}, not {expected}");
                }
            }
        }
        """;

    /// <summary>Compiles the lines as a program with top-level statements; returns what is wrong.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> code, bool run)
    {
        string[] errors = Errors(
            Compile(Usings, string.Join('\n', code)).GetDiagnostics(), DiagnosticSeverity.Error);
        if (errors.Length > 0)
        {
            return errors;
        }

        string program = string.Join('\n', code.Index().Select(line => WithExpectation(line.Item, line.Index + 1)));
        using MemoryStream image = new();
        errors = Errors(Compile(Usings, Support, program).Emit(image).Diagnostics, DiagnosticSeverity.Warning);
        if (errors.Length > 0 || !run)
        {
            return errors;
        }

        image.Position = 0;
        List<string> wrong = new();
        string[] announced = code
            .Select(line => Prints().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value.Trim())
            .ToArray();
        string[] printed = Run(image, wrong);
        if (!announced.SequenceEqual(printed, StringComparer.Ordinal))
        {
            wrong.Add($"printed:\n  {string.Join("\n  ", printed)}\nannounced:\n  {string.Join("\n  ", announced)}");
        }

        return wrong;
    }

    private static CSharpCompilation Compile(params IEnumerable<string> texts)
    {
        CSharpParseOptions parse = new(LanguageVersion.CSharp14);
        return CSharpCompilation.Create(
            $"Example{Guid.NewGuid():N}",
            texts.Select(text => CSharpSyntaxTree.ParseText(text, parse)),
            s_references,
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    private static string[] Errors(IEnumerable<Diagnostic> diagnostics, DiagnosticSeverity least) =>
    [
        .. diagnostics
            .Where(
                diagnostic => diagnostic.Severity >= least
                    && !RepeatedUsing.Contains(diagnostic.Id, StringComparer.Ordinal))
            .Select(static diagnostic => diagnostic.ToString()),
    ];

    private static string[] Run(Stream image, List<string> wrong)
    {
        TextWriter console = Console.Out;
        using StringWriter output = new(CultureInfo.InvariantCulture);
        AssemblyLoadContext context = new(nameof(Snippet), isCollectible: true);
        try
        {
            Assembly assembly = context.LoadFromStream(image);
            Console.SetOut(output);
            MethodInfo main = assembly.EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
            wrong.AddRange((List<string>)assembly.GetType("Example")!.GetField("Failures")!.GetValue(null)!);
        }
        catch (TargetInvocationException exception)
        {
            wrong.Add($"threw {exception.InnerException}");
        }
        finally
        {
            Console.SetOut(console);
            context.Unload();
        }

        return output
            .ToString()
            .ReplaceLineEndings("\n")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim())
            .ToArray();
    }

    private static string WithExpectation(string line, int number)
    {
        Match match = Arrow().Match(line);
        if (!match.Success)
        {
            return line;
        }

        string expected = SymbolDisplay.FormatLiteral(match.Groups["value"].Value.Trim(), quote: true);
        string name = match.Groups["name"].Value;
        string expression = match.Groups["expression"].Value;
        StringBuilder text = new();
        if (name.Length > 0)
        {
            text.Append(match.Groups["declaration"].Value).Append(expression).Append("; ");
            expression = name;
        }

        return text.Append($"Example.Expect({expression}, {expected}, {number});").ToString();
    }

    [GeneratedRegex(@"//\s*prints:\s?(.*)$")]
    private static partial Regex Prints();

    // [type name =] expression; // → value
    [GeneratedRegex(
        @"^(?<declaration>\s*(?:[\w<>,\[\]?. ]+\s)?(?<name>\w+)\s*=(?!=)\s*)?"
            + @"(?<expression>.+?);\s*//\s*→\s*(?<value>.+)$")]
    private static partial Regex Arrow();
}

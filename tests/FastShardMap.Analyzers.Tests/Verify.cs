using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FastShardMap.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace FastShardMap.Analyzers.Tests;

/// <summary>Compiles source texts against the library, and compares what the analyzers report with marks in the texts:
/// <c>[|…|]</c> surrounds code that a rule must report, and nothing else may be reported.</summary>
internal static class Verify
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using FastShardMap;

        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path).StartsWith("System", StringComparison.Ordinal)
                || Path.GetFileName(path) == "FastShardMap.dll")
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
    [
        .. typeof(DisposalAnalyzer).Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .Select(static type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    /// <summary>The marked places are reported under one id, and nothing else is reported.</summary>
    /// <param name="id">The rule.</param>
    /// <param name="marked">The members of a class, or a whole file if it declares types.</param>
    /// <param name="compilerErrors">The errors that the compiler reports.</param>
    public static async Task ReportsAsync(string id, string marked, params string[] compilerErrors)
    {
        (string source, IReadOnlyList<TextSpan> spans) = WithoutMarks(FileOf(marked));
        Compilation compilation = Compile(source, compilerErrors);
        ImmutableArray<Diagnostic> diagnostics = await DiagnosticsAsync(compilation);

        string expected = Text(spans.Select(span => $"{id} {source[span.Start..span.End]}"));
        string actual = Text(diagnostics.Select(diagnostic => $"{diagnostic.Id} {CodeOf(diagnostic)}"));
        Assert.Equal(expected, actual);
    }

    /// <summary>No rule reports anything.</summary>
    public static Task ReportsNothingAsync(string source) => ReportsAsync(string.Empty, source);

    /// <summary>The fix of the one thing that is reported turns a text into another one.</summary>
    public static async Task FixesAsync(CodeFixProvider fix, string source, string expected)
    {
        using AdhocWorkspace workspace = new();
        Document document = DocumentOf(workspace, source);
        CodeAction action = Assert.Single(await ActionsAsync(fix, document));
        ApplyChangesOperation change = Assert.IsType<ApplyChangesOperation>(
            Assert.Single(await action.GetOperationsAsync(CancellationToken.None)));
        Document changed = change.ChangedSolution.GetDocument(document.Id)!;

        Assert.Equal(FileOf(expected), (await changed.GetTextAsync()).ToString());
        Assert.Empty(Errors((await changed.Project.GetCompilationAsync())!));
    }

    /// <summary>The one thing that is reported has no fix.</summary>
    public static async Task OffersNothingAsync(CodeFixProvider fix, string source)
    {
        using AdhocWorkspace workspace = new();
        Document document = DocumentOf(workspace, source);
        Assert.Empty(Errors((await document.Project.GetCompilationAsync())!));
        Assert.Empty(await ActionsAsync(fix, document));
    }

    /// <summary>What all analyzers report for a file that must compile, in the order of its lines.</summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsOfFileAsync(string source)
    {
        Compilation compilation = Compilation(FileOf(source), OutputKind.DynamicallyLinkedLibrary);
        Assert.Empty(Errors(compilation));
        return await DiagnosticsAsync(compilation);
    }

    private static Document DocumentOf(AdhocWorkspace workspace, string source) =>
        workspace
            .AddProject("Sample", LanguageNames.CSharp)
            .WithMetadataReferences(s_references)
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary))
            .AddDocument("Sample.cs", FileOf(source));

    private static async Task<List<CodeAction>> ActionsAsync(CodeFixProvider fix, Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        Diagnostic diagnostic = Assert.Single(await DiagnosticsAsync(compilation));
        List<CodeAction> actions = [];
        await fix.RegisterCodeFixesAsync(
            new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    private static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(Compilation compilation)
    {
        List<Exception> failures = [];
        CompilationWithAnalyzersOptions options = new(
            new AnalyzerOptions([]),
            (failure, _, _) => failures.Add(failure),
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false);
        ImmutableArray<Diagnostic> diagnostics =
            await compilation.WithAnalyzers(Analyzers, options).GetAnalyzerDiagnosticsAsync();
        Assert.Empty(failures);
        return [.. diagnostics.OrderBy(static diagnostic => diagnostic.Location.SourceSpan.Start)];
    }

    private static Compilation Compile(string source, string[] compilerErrors)
    {
        bool isProgram = source.Contains("// program", StringComparison.Ordinal);
        Compilation compilation = Compilation(
            source, isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary);
        string[] errors = [.. Errors(compilation).Select(static error => error.ToString())];
        Assert.All(
            errors,
            error => Assert.Contains(compilerErrors, id => error.Contains(id, StringComparison.Ordinal)));
        Assert.Equal(compilerErrors.Length == 0, errors.Length == 0);
        return compilation;
    }

    private static CSharpCompilation Compilation(string source, OutputKind kind) =>
        CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview))],
            s_references,
            new CSharpCompilationOptions(
                kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    private static IEnumerable<Diagnostic> Errors(Compilation compilation) =>
        compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    private static string FileOf(string code)
    {
        bool isWhole = code.Contains("class ", StringComparison.Ordinal)
            || code.Contains("// program", StringComparison.Ordinal);
        return Usings + (isWhole ? code : $"class Sample\n{{\n{code}\n}}\n");
    }

    private static (string Source, IReadOnlyList<TextSpan> Spans) WithoutMarks(string marked)
    {
        StringBuilder source = new();
        List<TextSpan> spans = [];
        int start = -1;
        for (int i = 0; i < marked.Length; i++)
        {
            string two = marked.Substring(i, Math.Min(2, marked.Length - i));
            if (two == "[|")
            {
                (start, i) = (source.Length, i + 1);
            }
            else if (two == "|]")
            {
                spans.Add(TextSpan.FromBounds(start, source.Length));
                i++;
            }
            else
            {
                source.Append(marked[i]);
            }
        }

        return (source.ToString(), spans);
    }

    private static string CodeOf(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);

    private static string Text(IEnumerable<string> lines) => string.Join('\n', lines);
}

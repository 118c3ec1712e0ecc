using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>What the repository has that a text can cite: files, types and their members, commands, options,
/// environment variables.</summary>
internal sealed partial class SourceIndex
{
    private static readonly string[] Folders = ["src", "tests", "bench", "native-layout-docs", ".ci", ".github"];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fileNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _codeOfType = new(StringComparer.Ordinal);
    private readonly HashSet<string> _identifiers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _options = new(StringComparer.Ordinal);
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _benchCommands = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inspectorCommands = new(StringComparer.Ordinal);
    private readonly ILookup<string, Type> _frameworkTypes =
        typeof(object).Assembly.GetExportedTypes().ToLookup(type => type.Name.Split('`')[0], StringComparer.Ordinal);

    private SourceIndex()
    {
        foreach (string path in Folders.SelectMany(folder => Repository.FilesBelow(folder, "*")).Concat(RootFiles()))
        {
            _fileNames.Add(Path.GetFileName(path));
            // The file and all its folders.
            for (string part = path; part.Length > 0; part = Path.GetDirectoryName(part)!.Replace('\\', '/'))
            {
                _paths.Add(part);
            }

            if (path.EndsWith(".cs", StringComparison.Ordinal))
            {
                AddSource(path, Repository.ReadText(path));
            }
            else if (path.StartsWith(".ci/", StringComparison.Ordinal) || Path.GetExtension(path).Length == 0)
            {
                AddScript(Repository.ReadText(path));
            }
        }
    }

    /// <summary>The index of this repository.</summary>
    public static SourceIndex Instance { get; } = new();

    /// <summary>Whether a path from the root is that of a file or a folder; one with a placeholder always is.</summary>
    public bool HasPath(string path) =>
        Placeholder().IsMatch(path) || _paths.Contains(path.TrimEnd('/'));

    /// <summary>Whether a file of this name lies anywhere.</summary>
    public bool HasFile(string name) => _fileNames.Contains(name);

    /// <summary>Whether the sources declare a type of this name.</summary>
    public bool HasType(string name) => _codeOfType.ContainsKey(name);

    /// <summary>Whether the sources or the framework's core have a type of this name.</summary>
    public bool KnowsType(string name) => HasType(name) || _frameworkTypes.Contains(name);

    /// <summary>
    /// Whether a type of the sources (in any of its files) or of the framework's core mentions a member.
    /// </summary>
    public bool HasMember(string type, string member) =>
        (_codeOfType.TryGetValue(type, out List<string>? codes)
            && codes.Exists(code => Regex.IsMatch(code, $@"\b{member}\b")))
        || _frameworkTypes[type].Any(framework => framework.GetMember(member).Length > 0);

    /// <summary>Whether the code of the repository uses an identifier, or the framework's core has a type of this
    /// name.</summary>
    public bool HasIdentifier(string name) =>
        _identifiers.Contains(name) || _variables.Contains(name) || _frameworkTypes.Contains(name);

    /// <summary>Whether a program or a script of the repository has this option.</summary>
    public bool HasOption(string option) => _options.Contains(option);

    /// <summary>Whether a program of the repository reads this environment variable.</summary>
    public bool HasVariable(string name) => _variables.Contains(name);

    public bool HasBenchCommand(string name) => _benchCommands.Contains(name);

    public bool HasInspectorCommand(string name) => _inspectorCommands.Contains(name);

    private static IEnumerable<string> RootFiles() =>
        Directory.EnumerateFiles(Repository.Root).Select(file => Path.GetFileName(file));

    private void AddSource(string path, string source)
    {
        string code = CSharpText.CodeOf(source);
        foreach (Match match in TypeDeclaration().Matches(code))
        {
            string name = match.Groups[1].Value;
            if (!_codeOfType.TryGetValue(name, out List<string>? codes))
            {
                _codeOfType[name] = codes = [];
            }

            codes.Add(code);
        }

        AddAll(_identifiers, Identifier().Matches(code));
        if (Path.GetFileName(path) == $"{nameof(CitationTests)}.cs")
        {
            return; // it names options that do not exist
        }

        AddAll(_options, QuotedOption().Matches(source));
        AddAll(_variables, QuotedVariable().Matches(source));
        if (path.StartsWith("bench/", StringComparison.Ordinal))
        {
            AddAll(_benchCommands, CommandName().Matches(source));
        }
        else if (path.Contains(".Inspector/", StringComparison.Ordinal))
        {
            AddAll(_inspectorCommands, CommandName().Matches(source));
        }
    }

    private void AddScript(string text)
    {
        AddAll(_options, ScriptOption().Matches(text));
        AddAll(_variables, ScriptVariable().Matches(text));
    }

    private static void AddAll(HashSet<string> names, IEnumerable<Match> matches) =>
        names.UnionWith(matches.Select(match => match.Groups[1].Value));

    [GeneratedRegex(@"[*<>…{}]|/bin/|/obj/")]
    private static partial Regex Placeholder();

    [GeneratedRegex(
        @"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>]+)\s+([A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\b([A-Z]\w*)")]
    private static partial Regex Identifier();

    [GeneratedRegex("\"(--[a-z][\\w-]*)\"")]
    private static partial Regex QuotedOption();

    [GeneratedRegex("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"")]
    private static partial Regex QuotedVariable();

    [GeneratedRegex("(?:new Command\\(|\\bCommand \\w+ = new\\()\\s*\"([a-z]+)\"")]
    private static partial Regex CommandName();

    [GeneratedRegex(@"(?<![\w-])(--[a-z][\w-]*)")]
    private static partial Regex ScriptOption();

    [GeneratedRegex(@"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")]
    private static partial Regex ScriptVariable();
}

using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>A source file of a project, without its comments and literals.</summary>
internal sealed partial record SourceFile(string Path, string Folder, string Code)
{
    /// <summary>Empty in a file of assembly attributes, global usings or statements.</summary>
    public string Namespace => NamespaceDirective().Match(Code).Groups[1].Value;

    /// <summary>The names of its types, but for nested ones.</summary>
    public IEnumerable<string> Types => TypeDeclaration().Matches(Code).Select(match => match.Groups[1].Value);

    /// <summary>Names that may be types, each where it stands.</summary>
    public IEnumerable<Match> Identifiers => Identifier().Matches(Code);

    /// <summary>All files of a project that lies in a folder.</summary>
    public static IReadOnlyList<SourceFile> In(string project) =>
        Repository.FilesBelow(project, "*.cs").Select(path =>
        {
            string[] parts = path[(project.Length + 1)..].Split('/');
            string folder = parts.Length == 1 ? Conventions.Folder.Root : parts[0];
            return new SourceFile(path, folder, CSharpText.CodeOf(Repository.ReadText(path)));
        }).ToArray();

    /// <summary>Whether its code sees the types of a namespace by their names alone.</summary>
    public bool Sees(string name) =>
        name == Namespace || Namespace.StartsWith(name + '.', StringComparison.Ordinal)
        || Regex.IsMatch(Code, $@"\busing\s+{Regex.Escape(name)}\s*;");

    /// <summary>Path and line, for messages.</summary>
    public string At(Match match) => $"{Path}({CSharpText.LineOf(Code, match.Index)})";

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDirective();

    // Types at the start of a line: nested ones belong to theirs.
    [GeneratedRegex("""
        ^(?:[a-z]+\s+)*
        (?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[^(;]*?)\s+
        ([A-Z]\w*)\s*[<({:\s;]
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex TypeDeclaration();

    // Not after a dot: a member may be named like a type elsewhere.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Identifier();
}

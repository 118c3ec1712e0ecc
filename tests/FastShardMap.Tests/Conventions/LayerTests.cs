using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>The layers: a folder uses only the folders that <see cref="FolderTable"/> lists for it.</summary>
public partial class LayerTests
{
    private const string Document = "native-layout-docs/architecture.md";

    public static TheoryData<string> Projects => new(FolderTable.All.Select(table => table.Project));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfAProject_AreThoseOfTheTable(string project)
    {
        IEnumerable<string> inTable = FolderTable.Of(project).Folders.Select(folder => folder.Name);
        IEnumerable<string> inProject = SourceFile.In(project).Select(file => file.Folder);

        Assert.Equal(inTable.Order(StringComparer.Ordinal), inProject.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Table_OfAProject_ListsOnlyFoldersAbove(string project)
    {
        Folder[] folders = FolderTable.Of(project).Folders;
        IEnumerable<string> wrong =
            from folder in folders.Index()
            from use in folder.Item.Uses
            where !folders.Take(folder.Index).Any(above => above.Name == use)
            select $"{folder.Item.Name} uses {use}";

        AssertNone(wrong, "The uses have circles unless every folder uses only those above it");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Document_OfTheFolders_ShowsTheTable(string project)
    {
        string document = Repository.ReadText(Document);
        string table = string.Join('\n', FolderTable.Of(project).ToMarkdown()) + "\n";

        Assert.True(
            document.Contains($"`{project}`", StringComparison.Ordinal)
                && document.Contains("\n\n" + table, StringComparison.Ordinal),
            $"{Document} must show for `{project}`:\n{table}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_OfAllFiles_FollowTheFolders(string project)
    {
        FolderTable table = FolderTable.Of(project);
        List<string> wrong = new();
        HashSet<string> foldersWithRootTypes = new(StringComparer.Ordinal);
        foreach (SourceFile file in SourceFile.In(project))
        {
            string name = file.Namespace;
            if (name == table.Namespace)
            {
                foldersWithRootTypes.Add(file.Folder);
            }
            else if (name != $"{table.Namespace}.{file.Folder}" && (name.Length > 0 || file.Types.Any()))
            {
                wrong.Add($"{file.Path}: namespace {name}");
            }
        }

        AssertNone(wrong, "Namespaces that do not follow the folder");
        Assert.Equal(
            from folder in table.Folders where folder.HasRootTypes orderby folder.Name select folder.Name,
            foldersWithRootTypes.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Uses_OfAllFiles_AreThoseOfTheTable(string project)
    {
        FolderTable table = FolderTable.Of(project);
        IReadOnlyList<SourceFile> files = SourceFile.In(project);
        ILookup<string, (string Namespace, string Folder)> declarations = files
            .SelectMany(file => file.Types.Select(type => (Type: type, file.Namespace, file.Folder))).Distinct()
            .ToLookup(type => type.Type, type => (type.Namespace, type.Folder), StringComparer.Ordinal);

        List<string> wrong = new();
        HashSet<(string Folder, string Use)> uses = [];
        HashSet<(string File, string What)> needed = [];
        foreach (SourceFile file in files)
        {
            string[] allowed = table.Find(file.Folder)?.Uses ?? [];
            foreach ((Match match, string what, string[] folders) in UsesOf(file, table, declarations))
            {
                if (folders.Intersect(allowed).ToArray() is { Length: > 0 } used)
                {
                    uses.UnionWith(used.Select(folder => (file.Folder, folder)));
                }
                else if (ArchitectureExceptions.Find(file.Path, [what, .. folders]) is { } exception)
                {
                    needed.Add((exception.File, exception.What));
                }
                else
                {
                    wrong.Add($"{file.At(match)}: {file.Folder} uses {what} of {folders[0]}");
                }
            }
        }

        wrong.AddRange(
            from folder in table.Folders
            from use in folder.Uses
            where !uses.Contains((folder.Name, use))
            select $"{folder.Name} does not use {use}");
        wrong.AddRange(
            from exception in ArchitectureExceptions.OfUses
            where files.Any(file => ArchitectureExceptions.IsOf(exception, file.Path))
            where !needed.Contains((exception.File, exception.What))
            select $"{exception.File}: needs no exception for {exception.What} any more");
        AssertNone(wrong, $"The uses of {project} and those of {nameof(FolderTable)} differ");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Concurrency_Everywhere_IsInConcurrentFolders(string project)
    {
        FolderTable table = FolderTable.Of(project);
        IReadOnlyList<SourceFile> files = SourceFile.In(project);
        IEnumerable<string> wrong =
            from file in files
            where table.Find(file.Folder) is not { IsConcurrent: true }
            where ArchitectureExceptions.Find(file.Path, ArchitectureExceptions.Concurrency) is null
            from match in Concurrency().Matches(file.Code)
            select $"{file.At(match)}: {match.Value}";
        IEnumerable<string> idle =
            from folder in table.Folders
            where folder.IsConcurrent
            where !files.Any(file => file.Folder == folder.Name && Concurrency().IsMatch(file.Code))
            select $"{folder.Name} uses none";

        AssertNone([.. wrong, .. idle], $"Atomics, barriers, locks and threads are where {nameof(FolderTable)} says");
    }

    // Types of other folders by their names, directives, and names that are qualified from a namespace of the project.
    private static IEnumerable<(Match Match, string What, string[] Folders)> UsesOf(
        SourceFile file, FolderTable table, ILookup<string, (string Namespace, string Folder)> declarations)
    {
        IEnumerable<(Match, string, string[])> qualified =
            from folder in table.Folders
            where folder.Name != Folder.Root && folder.Name != file.Folder
            let root = Regex.Escape(table.Namespace)
            from match in Regex.Matches(file.Code, $@"\b{root}\.{folder.Name}\b|(?<![\w.]){folder.Name}\.[A-Z]")
            select (match, folder.Name, new[] { folder.Name });
        return qualified.Concat(
            from match in file.Identifiers
            let folders = declarations[match.Value]
                .Where(type => file.Sees(type.Namespace)).Select(type => type.Folder).Distinct().ToArray()
            where folders.Length > 0 && !folders.Contains(file.Folder)
            select (match, match.Value, folders));
    }

    private static void AssertNone(IEnumerable<string> wrong, string rule)
    {
        string[] all = wrong.ToArray();
        Assert.True(all.Length == 0, $"{rule}:\n  {string.Join("\n  ", all)}");
    }

    [GeneratedRegex("""
        \b(?:Volatile|Interlocked|Monitor|SpinWait|SpinLock|MemoryBarrier|ReaderWriterLockSlim|Mutex|Semaphore(?:Slim)?
            |ManualResetEvent(?:Slim)?)\s*[.(]
        | \bvolatile\s | \block\s*\( | \bnew\s+Thread\b | (?<![\w.])Thread\s*\. | \bThreadPool\b | \bTask\s*\.\s*Run\b
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Concurrency();
}

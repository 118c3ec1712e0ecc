using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Census;

/// <summary>Finds the files that a census reads.</summary>
internal static class CensusFiles
{
    /// <summary>Returns the files that paths name, and all files below the folders that they name.</summary>
    /// <exception cref="CensusInputException">A path does not exist, or a folder cannot be listed.</exception>
    public static IEnumerable<string> Expand(IReadOnlyList<string> paths) => paths.SelectMany(Expand);

    /// <summary>
    /// The assemblies of the running framework, and of its siblings (ASP.NET Core) in the same version where they are
    /// installed.
    /// </summary>
    public static List<string> FrameworkAssemblies()
    {
        string core = RuntimeEnvironment.GetRuntimeDirectory();
        List<string> folders = new() { core };
        string version = Path.GetFileName(Path.TrimEndingDirectorySeparator(core));
        string aspNet = Path.GetFullPath(Path.Combine(core, "..", "..", "Microsoft.AspNetCore.App", version));
        if (Directory.Exists(aspNet))
        {
            folders.Add(aspNet);
        }

        List<string> files = new();
        foreach (string folder in folders)
        {
            string[] assemblies = Directory.GetFiles(folder, "*.dll");
            Array.Sort(assemblies, StringComparer.Ordinal);
            files.AddRange(assemblies);
        }

        return files;
    }

    /// <summary>The XML documentation of the framework, which the SDK installs with its reference assemblies.</summary>
    /// <exception cref="CensusInputException">It is not installed.</exception>
    public static List<string> FrameworkDocumentation()
    {
        string packs = Path.GetFullPath(
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs"));
        string[] files = Directory.Exists(packs)
            ? Directory.GetFiles(packs, "*.xml", SearchOption.AllDirectories)
            : [];

        // Largest first, so that a limit leaves the texts of the small assemblies unread.
        List<string> documents =
        [
            .. files
                .Where(static file => File.Exists(Path.ChangeExtension(file, ".dll")))
                .OrderByDescending(static file => new FileInfo(file).Length)
                .ThenBy(static file => file, StringComparer.Ordinal),
        ];
        return documents.Count > 0
            ? documents
            : throw new CensusInputException(
                $"The XML documentation of the framework is not installed below '{packs}'. Name files or folders.");
    }

    private static IEnumerable<string> Expand(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                // Without the default's silent skipping: an unreadable folder is an error, not a smaller answer.
                string[] files = Directory.GetFiles(path, "*", new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    IgnoreInaccessible = false,
                    AttributesToSkip = FileAttributes.ReparsePoint,
                });
                Array.Sort(files, StringComparer.Ordinal);
                return files;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CensusInputException($"Cannot list '{path}': {exception.Message}", exception);
        }

        return File.Exists(path)
            ? [path]
            : throw new CensusInputException($"'{path}' does not exist.");
    }
}

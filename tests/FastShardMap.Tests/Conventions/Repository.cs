using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The repository that these tests were built in: they compare its texts with each other and with the code.
/// </summary>
internal static class Repository
{
    private const string Marker = "FastShardMap.sln";

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>An absolute path from one relative to the root, with forward slashes.</summary>
    public static string PathOf(string relative) =>
        Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    public static bool HasFolder(string relative) => Directory.Exists(PathOf(relative));

    public static bool HasFile(string relative) => File.Exists(PathOf(relative));

    /// <summary>A text file's content with line feeds only.</summary>
    public static string ReadText(string relative)
    {
        Assert.True(HasFile(relative), $"{relative} is missing from the repository.");
        return File.ReadAllText(PathOf(relative)).ReplaceLineEndings("\n");
    }

    public static string[] ReadLines(string relative) => ReadText(relative).Split('\n');

    /// <summary>Relative paths of the files below a folder, build output left out, in a stable order.</summary>
    public static IReadOnlyList<string> FilesBelow(string folder, string pattern)
    {
        if (!HasFolder(folder))
        {
            return [];
        }

        return Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !Regex.IsMatch(file, "(^|/)(bin|obj|BenchmarkDotNet.Artifacts|TestResults)/"))
            .Order(StringComparer.Ordinal)
            .ToArray();
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, Marker)))
            {
                return folder;
            }
        }

        throw new InvalidOperationException(
            $"No folder above {AppContext.BaseDirectory} holds {Marker}. The tests of "
                + $"{nameof(Conventions)} read the repository, " +
            "so they run from its build output only.");
    }
}

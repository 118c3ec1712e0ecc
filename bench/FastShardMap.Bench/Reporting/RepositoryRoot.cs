namespace FastShardMap.Bench.Reporting;

/// <summary>Where this program was built from.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "FastShardMap.sln";

    /// <summary>
    /// The folder of the solution above the program, or null for a program that was moved away from it.
    /// </summary>
    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}

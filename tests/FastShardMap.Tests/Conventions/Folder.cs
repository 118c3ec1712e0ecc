namespace FastShardMap.Tests.Conventions;

/// <summary>A folder of a project, and what its files may do.</summary>
/// <param name="Name">Its name; <see cref="Root"/> for the files that lie in no folder.</param>
/// <param name="Holds">What is in it, for the document.</param>
/// <param name="Uses">The folders whose types it uses. Each of them is above it in the table.</param>
internal sealed record Folder(string Name, string Holds, params string[] Uses)
{
    /// <summary>The name of a project's own folder.</summary>
    public const string Root = "(root)";

    /// <summary>Whether its files may use atomics, barriers, locks and threads.</summary>
    public bool IsConcurrent { get; init; }

    /// <summary>Whether some of its types are in the namespace of the project, where users find them.</summary>
    public bool HasRootTypes { get; init; }
}

namespace FastShardMap.Inspector.Commands;

/// <summary>What an interactive session looks at.</summary>
/// <param name="Argument">The process id or the path of the dump, as commands take it.</param>
/// <param name="Title">The process or dump, for questions.</param>
/// <param name="IsProcess">Whether it is a process, which can be watched, traced and dumped.</param>
internal sealed record SessionTarget(string Argument, string Title, bool IsProcess);

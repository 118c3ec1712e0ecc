using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Commands;

/// <summary>What an interactive session knows of the machine, and how it runs commands.</summary>
internal interface ISessionHost
{
    /// <summary>The processes that have maps.</summary>
    IReadOnlyList<ProcessSummary> FindProcesses();

    /// <summary>The maps of a process or dump, in the order of their numbers; null if they cannot be read. The user has
    /// been told why.</summary>
    IReadOnlyList<MapSummary>? ReadMaps(SessionTarget target);

    /// <summary>Runs a command line of the tool on the user's terminal.</summary>
    /// <returns>The exit code.</returns>
    int Run(IReadOnlyList<string> arguments);
}

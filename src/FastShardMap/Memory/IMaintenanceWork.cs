namespace FastShardMap.Memory;

/// <summary>Work for the <see cref="MaintenanceThread"/>. Exceptions end this piece of work, and nothing else.</summary>
internal interface IMaintenanceWork
{
    /// <summary>Does the work. Runs on the maintenance thread, one piece at a time.</summary>
    void Run();
}

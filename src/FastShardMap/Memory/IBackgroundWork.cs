namespace FastShardMap.Memory;

/// <summary>A piece of work for a background thread.</summary>
internal interface IBackgroundWork
{
    /// <summary>Performs the work. Runs on the background thread, or on the caller's thread if there is no background
    /// thread.</summary>
    void Run();
}

namespace FastShardMap.Memory;

/// <summary>Something for a background thread to do.</summary>
internal interface IBackgroundWork
{
    /// <summary>Does it. Runs on the background thread, or on the poster's if no thread could be had.</summary>
    void Run();
}

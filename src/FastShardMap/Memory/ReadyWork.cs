namespace FastShardMap.Memory;

/// <summary>Makes the ready blocks of an arena resident, one huge page per turn, so that other work of the maintenance
/// thread waits for one page at most.</summary>
internal sealed class ReadyWork(Arena arena) : IBackgroundWork
{
    public void Run()
    {
        bool left = false;
        bool failed = true;
        try
        {
            left = arena.FillReady();
            failed = false;
        }
        finally
        {
            // Also after an exception: without this work, the blocks would never be finished.
            if (failed || (left && !MaintenanceThread.TryPost(this)))
            {
                arena.EndReadyWork();
            }
        }
    }
}

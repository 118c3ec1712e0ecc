namespace FastShardMap.Memory;

/// <summary>
/// Moves a live block into huge pages, one after the other. The ends of the block that do not fill a huge page stay as
/// they are. Runs on the maintenance thread. If the block is retired, the work ends, at the latest after the current
/// page.
/// </summary>
internal sealed unsafe class CollapseWork(Arena arena, LiveBlockId block) : IBackgroundWork
{
    /// <summary>Number of pages per turn, before other work gets its turn.</summary>
    private const int PagesPerTurn = 4;

    /// <summary>Number of pages that the kernel may refuse (because memory is too fragmented) before the work
    /// ends.</summary>
    private const int MaxRefusals = 8;

    private nuint _next = (block.Start + (PageMemory.HugePageBytes - 1)) & ~(PageMemory.HugePageBytes - 1);
    private int _refusals;

    // 1 once the work has ended, however often it was queued.
    private int _ended;

    public void Run()
    {
        bool left = false;
        try
        {
            left = RunTurn();
        }
        finally
        {
            // Also after an exception: the arena must not wait for this work forever.
            if (!left || !MaintenanceThread.TryPost(this))
            {
                End();
            }
        }
    }

    /// <summary>Passes the work to the maintenance thread. If there is no thread, the work is dropped.</summary>
    public void Post()
    {
        arena.BeginCollapse();
        if (!MaintenanceThread.TryPost(this))
        {
            End();
        }
    }

    /// <returns>Whether there is more to do.</returns>
    private bool RunTurn()
    {
        for (int page = 0; page < PagesPerTurn; page++)
        {
            bool isOver = Volatile.Read(ref _ended) != 0 || _refusals == MaxRefusals;
            if (isOver || _next + PageMemory.HugePageBytes > block.Start + block.Bytes || !arena.TryPin(block))
            {
                return false;
            }

            try
            {
                _refusals += PageMemory.TryCollapse((byte*)_next, PageMemory.HugePageBytes) ? 0 : 1;
            }
            finally
            {
                arena.Unpin();
            }

            _next += PageMemory.HugePageBytes;
        }

        return true;
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            arena.EndCollapse();
        }
    }
}

namespace FastShardMap.Memory;

/// <summary>
/// Moves a live block that is to stay into huge pages, one after the other; what does not fill one at the block's ends
/// stays as it is. Work of the maintenance thread. Whatever becomes of the block ends it, at the latest after the page it
/// is at.
/// </summary>
internal sealed unsafe class CollapseWork(Arena arena, LiveBlockId block) : IBackgroundWork
{
    /// <summary>Pages in one go, before other work has its turn.</summary>
    private const int PagesPerTurn = 4;

    /// <summary>Pages the kernel may refuse (memory is too fragmented just now) before the rest is left alone.</summary>
    private const int MaxRefusals = 8;

    private nuint _next = (block.Start + (PageMemory.HugePageBytes - 1)) & ~(PageMemory.HugePageBytes - 1);
    private int _refusals;

    // 1 once over, however often it was queued.
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
            // Also when it threw: the arena must not wait for it for ever.
            if (!left || !MaintenanceThread.TryPost(this))
            {
                End();
            }
        }
    }

    /// <summary>Hands the work to the maintenance thread; if there is none to be had, nobody does it.</summary>
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

namespace FastShardMap.Memory;

/// <summary>
/// Work of the maintenance thread on the pages of one live block, slice by slice. Whatever becomes of the block ends the
/// work, at the latest after the slice it is at.
/// </summary>
internal abstract unsafe class BlockWork(Arena arena, LiveBlockId block) : IMaintenanceWork
{
    /// <summary>Done in one go, before other work has its turn.</summary>
    private const nuint TurnBytes = 8 * 1024 * 1024;

    protected LiveBlockId Block => block;

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
            // Also when the slice threw: the arena must not wait for it for ever.
            if (!left || !MaintenanceThread.TryPost(this))
            {
                End();
            }
        }
    }

    /// <summary>Hands the work to the maintenance thread; if there is none to be had, nobody does it.</summary>
    public void Post()
    {
        arena.BeginBlockWork();
        if (!MaintenanceThread.TryPost(this))
        {
            End();
        }
    }

    /// <summary>The next slice to work on.</summary>
    /// <returns>False: the work is done.</returns>
    protected abstract bool TryNext(out AddressRange slice);

    /// <summary>Works on a slice of the block, which is live until this returns.</summary>
    /// <returns>False: the rest is not worth trying.</returns>
    protected abstract bool TryWork(AddressRange slice);

    private bool RunTurn()
    {
        for (nuint bytes = 0; bytes < TurnBytes;)
        {
            if (Volatile.Read(ref _ended) != 0 || !TryNext(out AddressRange slice) || !arena.TryPin(block))
            {
                return false;
            }

            try
            {
                if (!TryWork(slice))
                {
                    return false;
                }
            }
            finally
            {
                arena.Unpin();
            }

            bytes += slice.Bytes;
        }

        return true;
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            arena.EndBlockWork();
        }
    }
}

namespace FastShardMap.Memory;

/// <summary>
/// The budget of the process for blocks that are resident before a table needs them, and the rules for giving them
/// back. A block counts from the request on, until a table takes it or it is given back. The blocks of an arena are
/// given back when no table has asked for one for as long as the maintenance thread waits for work (five seconds), when
/// memory becomes scarce, when the budget is lowered, and when the map is trimmed, disposed or forgotten.
/// </summary>
internal static class ReadyMemory
{
    /// <summary>The budget of a process that does not set one.</summary>
    public const long DefaultMaxBytes = 0;

    // A busy thread looks for expired blocks this often in the time after which they expire.
    private const int ChecksPerLimit = 4;

    private static readonly UninterruptibleMonitor s_gate = new();

    // The arenas that may have ready blocks. They stay reachable as long as they are in this set; the rules above
    // remove them. Protected by the gate.
    private static readonly HashSet<Arena> s_arenas = [];
    private static int s_arenaCount;
    private static readonly GiveBackWork s_expiredWork = new(all: false);
    private static readonly GiveBackWork s_allWork = new(all: true);

    private static long s_maxBytes = DefaultMaxBytes;
    private static long s_bytes;
    private static long s_lastCheck = long.MinValue / 2;

    /// <summary>The budget. Lowering it gives back all blocks if there are more.</summary>
    public static long MaxBytes
    {
        get => Interlocked.Read(ref s_maxBytes);
        set
        {
            Interlocked.Exchange(ref s_maxBytes, value);
            if (Bytes > value && !MaintenanceThread.TryPost(s_allWork))
            {
                GiveBackAll();
            }
        }
    }

    /// <summary>The bytes of all blocks that are ready or requested.</summary>
    public static long Bytes => Interlocked.Read(ref s_bytes);

    /// <summary>Counts a block, if the budget has room for it.</summary>
    public static bool TryReserve(nuint bytes)
    {
        long before = Bytes;
        while (bytes <= long.MaxValue && (long)bytes <= MaxBytes - before)
        {
            long seen = Interlocked.CompareExchange(ref s_bytes, before + (long)bytes, before);
            if (seen == before)
            {
                return true;
            }

            before = seen;
        }

        return false;
    }

    /// <summary>Records that a block was taken or given back.</summary>
    public static void Release(nuint bytes) => Interlocked.Add(ref s_bytes, -(long)bytes);

    /// <summary>Records that the arena has ready blocks.</summary>
    /// <returns>Whether that was new. The caller must then post work, because the maintenance thread may have ended
    /// without having seen the arena.</returns>
    public static bool Add(Arena arena)
    {
        using (s_gate.Enter())
        {
            bool isNew = s_arenas.Add(arena);
            Volatile.Write(ref s_arenaCount, s_arenas.Count);
            return isNew;
        }
    }

    /// <summary>Removes the arenas that have no blocks.</summary>
    public static void RemoveEmpty()
    {
        using (s_gate.Enter())
        {
            s_arenas.RemoveWhere(static arena => !arena.HasReady);
            Volatile.Write(ref s_arenaCount, s_arenas.Count);
        }
    }

    /// <summary>Gives back the blocks of the arenas that no table has asked for a block since this time, and of arenas
    /// whose map was forgotten.</summary>
    /// <param name="since">A time of <see cref="Environment.TickCount64"/>.</param>
    public static void GiveBackUnused(long since)
    {
        foreach (Arena arena in Arenas())
        {
            if (arena.ReadyUsedAt <= since || arena.IsForgotten)
            {
                arena.GiveBackReady();
            }
        }

        RemoveEmpty();
    }

    /// <summary>Gives back the blocks of all arenas.</summary>
    public static void GiveBackAll() => GiveBackUnused(long.MaxValue);

    /// <summary>Returns the work that the maintenance thread must do beside its queue, or null.</summary>
    /// <param name="isIdle">Whether the thread has waited for work, got none, and would end.</param>
    public static IBackgroundWork? Due(bool isIdle)
    {
        // Not the bytes: arenas whose blocks were all taken must leave the set, too.
        if (Volatile.Read(ref s_arenaCount) == 0)
        {
            return null;
        }

        if (isIdle)
        {
            return s_allWork;
        }

        // Not after every piece of work. Two threads that check at the same time do no harm.
        long now = Environment.TickCount64;
        if (now - Volatile.Read(ref s_lastCheck) < MaintenanceThread.IdleLimit.TotalMilliseconds / ChecksPerLimit)
        {
            return null;
        }

        Volatile.Write(ref s_lastCheck, now);
        return s_expiredWork;
    }

    private static Arena[] Arenas()
    {
        using (s_gate.Enter())
        {
            return [.. s_arenas];
        }
    }

    private sealed class GiveBackWork(bool all) : IBackgroundWork
    {
        public void Run() => GiveBackUnused(
            all ? long.MaxValue : Environment.TickCount64 - (long)MaintenanceThread.IdleLimit.TotalMilliseconds);
    }
}

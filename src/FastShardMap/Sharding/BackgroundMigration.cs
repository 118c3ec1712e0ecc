namespace FastShardMap.Sharding;

/// <summary>A map whose idle shards a background thread may bring to rest.</summary>
internal interface IMigratingMap
{
    /// <summary>Moves some groups of every migrating shard.</summary>
    /// <returns>Whether groups are left.</returns>
    bool MoveSomeGroups();
}

/// <summary>
/// One background thread for all maps with the option: finishes the migrations of shards that nobody writes to, but for
/// those that a snapshot may still give their tables back (LockedShard.Freeze.cs). It refers to maps weakly, and ends when
/// there are none.
/// </summary>
internal static class BackgroundMigration
{
    private const int IdleMilliseconds = 10;
    private static readonly Lock s_gate = new();
    private static readonly List<WeakReference<IMigratingMap>> s_maps = [];
    private static bool s_running;

    public static void Register(IMigratingMap map)
    {
        lock (s_gate)
        {
            s_maps.Add(new WeakReference<IMigratingMap>(map));
            if (!s_running)
            {
                new Thread(Run) { IsBackground = true, Name = "FastShardMap migration" }.Start();
                s_running = true; // afterwards: the system may refuse the thread
            }
        }
    }

    private static void Run()
    {
        while (true)
        {
            bool busy = false;
            WeakReference<IMigratingMap>[] maps;
            lock (s_gate)
            {
                s_maps.RemoveAll(static map => !map.TryGetTarget(out _));
                if (s_maps.Count == 0)
                {
                    s_running = false;
                    return;
                }

                maps = [.. s_maps];
            }

            foreach (WeakReference<IMigratingMap> map in maps)
            {
                busy |= MoveSome(map);
            }

            if (!busy)
            {
                Thread.Sleep(IdleMilliseconds);
            }
        }
    }

    // Apart, so that no reference to the map lives on this thread's stack while it sleeps.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static bool MoveSome(WeakReference<IMigratingMap> reference)
    {
        try
        {
            return reference.TryGetTarget(out IMigratingMap? map) && map.MoveSomeGroups();
        }
        catch (Exception exception)
        {
            // A hasher of the user's has thrown, or the map is disposed: its own writers will hear of it.
            if (exception is ObjectDisposedException)
            {
                Forget(reference);
            }

            return false;
        }
    }

    private static void Forget(WeakReference<IMigratingMap> reference)
    {
        lock (s_gate)
        {
            s_maps.Remove(reference);
        }
    }
}

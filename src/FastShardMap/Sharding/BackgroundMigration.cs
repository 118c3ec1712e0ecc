using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>A map whose idle shards a background thread may finish migrating.</summary>
internal interface IMigratingMap
{
    /// <summary>Moves some groups of every migrating shard.</summary>
    /// <returns>Whether groups are left to move.</returns>
    bool MoveSomeGroups();
}

/// <summary>
/// Finishes the migrations of shards that no thread writes to. It skips shards whose tables a snapshot may still give
/// back (LockedShard.Freeze.cs). One background thread serves all maps that have the option set. It waits to be woken
/// by a migration that starts, by each write that leaves groups to move, and by the end of an exclusive phase, so that
/// an idle map costs nothing. The thread refers to a map only between the wake-up and the end of the work for it.
/// </summary>
internal sealed class BackgroundMigration(IMigratingMap map)
{
    /// <summary>How long a migration is left to the writers at first. Most migrations end by then and need no other
    /// thread.</summary>
    private const int GraceMilliseconds = 10;

    private static readonly WorkThreads s_threads = new("FastShardMap migration", limit: 1);
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly Round s_round = new();

    // The maps with work. This and the fields below are protected by the gate.
    private static List<BackgroundMigration> s_waiting = [];
    private static bool s_isPosted;
    private bool _isWaiting;

    /// <summary>The background thread, for tests.</summary>
    public static WorkThreads Threads => s_threads;

    /// <summary>Tells the thread that there may be groups to move. May be called under a shard's lock: it never throws,
    /// and never waits for a thread that waits for a shard's lock.</summary>
    public void Wake()
    {
        try
        {
            bool post;
            using (s_gate.Enter())
            {
                if (!_isWaiting)
                {
                    s_waiting.Add(this);
                    _isWaiting = true;
                }

                post = !s_isPosted;
                s_isPosted = true;
            }

            if (post)
            {
                Post();
            }
        }
        catch (OutOfMemoryException)
        {
            // The migration then relies on the writers alone.
        }
    }

    private static void Post()
    {
        if (!s_threads.TryPost(s_round))
        {
            using (s_gate.Enter())
            {
                s_isPosted = false; // the next wake-up tries again
            }
        }
    }

    private bool MoveSomeOfMap()
    {
        using (s_gate.Enter())
        {
            _isWaiting = false; // before moving: a later write wakes the thread again
        }

        try
        {
            return map.MoveSomeGroups();
        }
        catch (Exception)
        {
            // The user's hasher threw, or the map is disposed or held exclusively. The next writer gets the same
            // exception.
            return false;
        }
    }

    private sealed class Round : IBackgroundWork
    {
        private bool _isFirst = true;

        public void Run()
        {
            bool isLeft = false;
            try
            {
                if (_isFirst)
                {
                    Thread.Sleep(GraceMilliseconds);
                }

                isLeft = MoveSome();
            }
            finally
            {
                // A map that a write has woken in the meantime gets its grace period, unless the thread is at work
                // anyway.
                _isFirst = !isLeft;
                bool post;
                using (s_gate.Enter())
                {
                    post = s_isPosted = s_waiting.Count != 0;
                }

                if (post)
                {
                    Post();
                }
            }
        }

        private static bool MoveSome()
        {
            List<BackgroundMigration> maps;
            using (s_gate.Enter())
            {
                maps = s_waiting;
                s_waiting = [];
            }

            bool isLeft = false;
            foreach (BackgroundMigration map in maps)
            {
                if (map.MoveSomeOfMap())
                {
                    isLeft = true;
                    map.Wake();
                }
            }

            return isLeft;
        }
    }
}

using FastShardMap.Memory;

namespace FastShardMap.Sharding;

/// <summary>A map whose idle shards a background thread may bring to rest.</summary>
internal interface IMigratingMap
{
    /// <summary>Moves some groups of every migrating shard.</summary>
    /// <returns>Whether groups are left.</returns>
    bool MoveSomeGroups();
}

/// <summary>
/// Finishes the migrations of a map's shards that nobody writes to, but for those that a snapshot may still give their
/// tables back (LockedShard.Freeze.cs). One background thread for all maps with the option. It waits to be woken: by a
/// migration that starts, by each write that leaves groups to move, and by the end of an exclusive phase. So a map at
/// rest costs nothing. Maps are referred to only between the wake-up and the end of their work.
/// </summary>
internal sealed class BackgroundMigration(IMigratingMap map)
{
    /// <summary>A migration is left to the writers for so long at first: most end by them, and need no other thread.</summary>
    private const int GraceMilliseconds = 10;

    private static readonly WorkThreads s_threads = new("FastShardMap migration", limit: 1);
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly Round s_round = new();

    // Under the gate, as all below: maps with work.
    private static List<BackgroundMigration> s_waiting = [];
    private static bool s_isPosted;
    private bool _isWaiting;

    /// <summary>The thread, for tests.</summary>
    public static WorkThreads Threads => s_threads;

    /// <summary>There may be groups to move. May be called under a shard's lock: it throws nothing, and waits for nobody
    /// that waits for one.</summary>
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
            // The writers migrate all the same.
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
            _isWaiting = false; // before the look: a write after it wakes again
        }

        try
        {
            return map.MoveSomeGroups();
        }
        catch (Exception)
        {
            // A hasher of the user's has thrown, or the map is disposed or held exclusively: its own writers will hear of it.
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
                // A map that a write has woken in the meantime waits its grace, unless the thread is at work anyway.
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

using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>
/// The clock of all caches: one thread of the process stores <see cref="CoarseTick"/> every 16 ms, so that a hit reads
/// a variable instead of asking the operating system. Writers of entries that expire store it as well. The thread runs
/// while there is a cache with entries that may expire; it also starts the sweeps that are due.
/// </summary>
internal static class CoarseClock
{
    /// <summary>How many ticks pass between two looks for sweeps that are due: about a second.</summary>
    private const int TicksPerLook = 64;

    private static readonly WorkThreads s_threads = new("FastShardMap clock", limit: 1, stackBytes: 256 * 1024);
    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly long s_start = Environment.TickCount64;
    private static readonly Round s_round = new();

    // The caches, held by weak references. This and the next field are protected by the gate.
    private static readonly List<WeakReference<ISweptCache>> s_caches = [];
    private static bool s_isPosted;

    /// <summary>The number of caches that the thread serves, for tests.</summary>
    public static int CacheCount
    {
        get
        {
            using (s_gate.Enter())
            {
                return s_caches.Count;
            }
        }
    }

    /// <summary>Asks for the time, and returns the current tick.</summary>
    public static uint Refresh()
    {
        uint now = (uint)((Environment.TickCount64 - s_start) / ExpiryTick.TickMilliseconds) + 1;
        CoarseTick.Advance(now);
        return now;
    }

    /// <summary>Keeps the clock going, and sweeps the cache, until the cache is disposed or forgotten.</summary>
    public static void Serve(ISweptCache cache)
    {
        bool post;
        using (s_gate.Enter())
        {
            s_caches.Add(new WeakReference<ISweptCache>(cache));
            post = !s_isPosted;
            s_isPosted = true;
        }

        Refresh();
        if (post)
        {
            Post();
        }
    }

    private static void Post()
    {
        if (!s_threads.TryPost(s_round))
        {
            using (s_gate.Enter())
            {
                s_isPosted = false; // writers still store the time; the next cache tries again
            }
        }
    }

    private static void StartSweeps()
    {
        List<ISweptCache> due = [];
        using (s_gate.Enter())
        {
            for (int index = s_caches.Count - 1; index >= 0; index--)
            {
                if (!s_caches[index].TryGetTarget(out ISweptCache? cache) || cache.IsClosed)
                {
                    s_caches.RemoveAt(index);
                }
                else
                {
                    due.Add(cache);
                }
            }
        }

        foreach (ISweptCache cache in due)
        {
            cache.PostSweepIfDue();
        }
    }

    private sealed class Round : IBackgroundWork
    {
        private int _ticks;

        public void Run()
        {
            bool isNeeded = true;
            try
            {
                Thread.Sleep(ExpiryTick.TickMilliseconds);
                Refresh();
                if (++_ticks >= TicksPerLook)
                {
                    _ticks = 0;
                    StartSweeps();
                }
            }
            finally
            {
                using (s_gate.Enter())
                {
                    isNeeded = s_isPosted = s_caches.Count != 0;
                }

                if (isNeeded)
                {
                    Post();
                }
            }
        }
    }
}

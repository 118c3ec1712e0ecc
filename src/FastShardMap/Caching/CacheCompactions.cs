using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>Has the maintenance thread move the records of a cache together, in short holds of a lock. Nothing here
/// keeps the cache alive.</summary>
internal sealed class CacheCompactions(ISweptCache cache) : IBackgroundWork
{
    private readonly WeakReference<ISweptCache> _cache = new(cache);
    private int _isPosted;

    /// <summary>Posts the work, unless it is waiting already. If there is no thread, the writes to the shard go on
    /// alone, and each tries again. The thread owns no lock.</summary>
    public void Post()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0 && !MaintenanceThread.TryPost(this))
        {
            Volatile.Write(ref _isPosted, 0);
        }
    }

    /// <inheritdoc/>
    void IBackgroundWork.Run()
    {
        // A full fence: a post from now on is heard, and what was written before an unheard one is read below.
        _ = Interlocked.Exchange(ref _isPosted, 0);
        if (_cache.TryGetTarget(out ISweptCache? cache))
        {
            cache.CompactInBackground();
        }
    }
}

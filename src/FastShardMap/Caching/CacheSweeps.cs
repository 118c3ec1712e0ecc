using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>When the expired entries of a cache are removed although nothing is written to it. Each sweep is one piece
/// of work for the maintenance thread. Nothing here keeps the cache alive.</summary>
internal sealed class CacheSweeps(ISweptCache cache, CacheClock clock) : IBackgroundWork
{
    /// <summary>The least time between two sweeps: a second.</summary>
    private const uint LeastTicks = 1000 / ExpiryTick.TickMilliseconds;

    /// <summary>The most time: an hour.</summary>
    private const uint MostTicks = 3_600_000 / ExpiryTick.TickMilliseconds;

    private static readonly TimeSpan s_timerPeriod = TimeSpan.FromSeconds(1);

    private readonly WeakReference<ISweptCache> _cache = new(cache);
    private readonly CacheClock _clock = clock;
    private readonly UninterruptibleMonitor _gate = new();
    private ITimer? _timer;
    private bool _isServed;
    private bool _isStopped;
    private uint _shortestLife = uint.MaxValue;
    private uint _lastSweep;
    private int _isPosted;

    /// <summary>Whether an entry of the cache may expire.</summary>
    public bool AreNeeded => Volatile.Read(ref _shortestLife) != uint.MaxValue;

    /// <summary>Records that an entry with this life is about to be stored.</summary>
    public void Expect(uint life)
    {
        if (life < Volatile.Read(ref _shortestLife) || !Volatile.Read(ref _isServed))
        {
            ExpectShorter(life);
        }
    }

    /// <summary>Posts a sweep, if a quarter of the shortest life has passed since the last one.</summary>
    public void PostIfDue()
    {
        uint period = Math.Clamp(Volatile.Read(ref _shortestLife) / 4, LeastTicks, MostTicks);
        uint now = _clock.Now;
        if (now - Volatile.Read(ref _lastSweep) < period || Interlocked.Exchange(ref _isPosted, 1) != 0)
        {
            return;
        }

        Volatile.Write(ref _lastSweep, now);
        if (!MaintenanceThread.TryPost(this))
        {
            Volatile.Write(ref _isPosted, 0);
        }
    }

    /// <summary>Ends the sweeps.</summary>
    public void Stop()
    {
        ITimer? timer;
        using (_gate.Enter())
        {
            _isStopped = true;
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
    }

    /// <inheritdoc/>
    void IBackgroundWork.Run()
    {
        // A full fence: a post from now on is heard, and what was written before an unheard one is read below.
        _ = Interlocked.Exchange(ref _isPosted, 0);
        if (_cache.TryGetTarget(out ISweptCache? cache))
        {
            cache.SweepInBackground();
        }
    }

    private void ExpectShorter(uint life)
    {
        bool serve;
        ISweptCache? cache;
        using (_gate.Enter())
        {
            if (life < _shortestLife)
            {
                Volatile.Write(ref _shortestLife, life);
            }

            serve = !_isServed && !_isStopped && _cache.TryGetTarget(out _);
            Volatile.Write(ref _isServed, true);
        }

        if (!serve || !_cache.TryGetTarget(out cache))
        {
            return;
        }

        ITimer timer;
        try
        {
            if (_clock.Provider is null)
            {
                CoarseClock.Serve(cache);
                return;
            }

            timer = _clock.Provider.CreateTimer(
                static state => ((CacheSweeps)state!).OnTimer(), this, s_timerPeriod, s_timerPeriod);
        }
        catch
        {
            // The next entry with a time to live tries again.
            using (_gate.Enter())
            {
                Volatile.Write(ref _isServed, false);
            }

            throw;
        }

        using (_gate.Enter())
        {
            if (!_isStopped)
            {
                _timer = timer;
                return;
            }
        }

        timer.Dispose();
    }

    private void OnTimer()
    {
        if (_cache.TryGetTarget(out ISweptCache? cache) && !cache.IsClosed)
        {
            try
            {
                PostIfDue();
            }
            catch (Exception)
            {
                // The clock of the program has thrown, and nobody is there to be told. The next tick tries again.
            }
        }
        else
        {
            Stop();
        }
    }
}

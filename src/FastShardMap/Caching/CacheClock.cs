using FastShardMap.Layout;

namespace FastShardMap.Caching;

/// <summary>The time as one cache sees it, in ticks of 16 ms: that of <see cref="CoarseClock"/>, or that of a time
/// provider. The time of a provider never goes back here, and it never goes so far ahead of the last sweep that an
/// expired entry would look alive again.</summary>
/// <param name="provider">The provider, or null for the clock of the process.</param>
internal sealed class CacheClock(TimeProvider? provider)
{
    private const long MostAheadOfSweep = 1L << 30;

    private readonly TimeProvider? _provider = ReferenceEquals(provider, TimeProvider.System) ? null : provider;
    private readonly long _start = provider?.GetTimestamp() ?? 0;
    private long _latest = 1;
    private long _swept = 1;

    /// <summary>The provider; null for the clock of the process.</summary>
    public TimeProvider? Provider => _provider;

    /// <summary>Whether this is the clock of the process.</summary>
    public bool IsOfProcess => _provider is null;

    /// <summary>The current tick, possibly some ticks late.</summary>
    public uint Now => _provider is null ? CoarseTick.Now : (uint)ProvidedTick(out _);

    /// <summary>The latest tick that an operation has got from this clock, or a later one. Runs no code of the
    /// provider, so it may be read under a lock.</summary>
    public uint Latest => _provider is null ? CoarseTick.Now : (uint)Volatile.Read(ref _latest);

    /// <summary>Returns the current tick.</summary>
    /// <param name="isBehind">Whether the provider is so far ahead of the last sweep that the tick lags behind it. The
    /// next sweep lets the time go on.</param>
    public uint Exact(out bool isBehind)
    {
        isBehind = false;
        return _provider is null ? CoarseClock.Refresh() : (uint)ProvidedTick(out isBehind);
    }

    /// <summary>Records that nothing is left that had expired at this tick. A sweep that ends after a later one changes
    /// nothing: the time would stand until the next sweep.</summary>
    public void HasSwept(uint tick)
    {
        long latest = Volatile.Read(ref _latest);
        uint behind = (uint)latest - tick;
        Raise(ref _swept, latest - behind);
    }

    private long ProvidedTick(out bool isBehind)
    {
        long elapsed = _provider!.GetElapsedTime(_start).Ticks
            / (ExpiryTick.TickMilliseconds * TimeSpan.TicksPerMillisecond);
        long most = Volatile.Read(ref _swept) + MostAheadOfSweep;
        isBehind = elapsed + 1 > most;
        return Raise(ref _latest, Math.Min(elapsed + 1, most));
    }

    /// <summary>Stores a tick, unless there is a later one already.</summary>
    /// <returns>The later of both.</returns>
    private static long Raise(ref long place, long tick)
    {
        long seen = Volatile.Read(ref place);
        while (tick > seen)
        {
            long found = Interlocked.CompareExchange(ref place, tick, seen);
            if (found == seen)
            {
                return tick;
            }

            seen = found;
        }

        return seen;
    }
}

using FastShardMap.Layout;

namespace FastShardMap.Caching;

/// <summary>The tick that <see cref="CoarseClock"/> stores. A class of its own without an initializer, so that a lookup
/// reads the field without a call that might initialize the class.</summary>
internal static class CoarseTick
{
    private static uint s_now;

    /// <summary>The tick as of the last time that a thread has looked at the time; 0 before the first time.</summary>
    public static uint Now
    {
        get => Volatile.Read(ref s_now);
        set => Volatile.Write(ref s_now, value);
    }

    /// <summary>Sets the tick, unless it is later already: a thread may have slept since it has asked for the
    /// time.</summary>
    public static void Advance(uint now)
    {
        uint seen = Now;
        while (seen != now && now - seen < ExpiryTick.MaxLife)
        {
            uint found = Interlocked.CompareExchange(ref s_now, now, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}

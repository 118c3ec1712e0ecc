using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>Arithmetic on ticks of 16 ms that wrap around after 795 days. Tick 0 stands for "never".</summary>
internal static class ExpiryTick
{
    public const int TickMilliseconds = 16;

    /// <summary>The longest life in ticks. What is less than this ahead of the clock is alive, everything else has
    /// expired, so an expired entry is not taken for a live one until the clock has advanced by as much
    /// again.</summary>
    public const uint MaxLife = 1U << 31;

    /// <summary>The longest time to live: 397 days.</summary>
    public static readonly TimeSpan MaxTimeToLive =
        TimeSpan.FromMilliseconds((double)(MaxLife - 2) * TickMilliseconds);

    /// <summary>Returns whether an entry with this expiry has expired.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // two instructions
    public static bool HasPassed(uint expiry, uint now) => expiry != 0 && expiry - now - 1 >= MaxLife;

    /// <summary>Returns the life of an entry in ticks. It is never shorter than its time to live, although the clock
    /// may be in any part of its tick.</summary>
    /// <param name="timeToLive">More than zero, and at most <see cref="MaxTimeToLive"/>.</param>
    public static uint LifeOf(TimeSpan timeToLive)
    {
        long milliseconds = (timeToLive.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return (uint)((milliseconds + TickMilliseconds - 1) / TickMilliseconds) + 1;
    }

    /// <summary>Returns the tick at which an entry with this life expires.</summary>
    public static uint After(uint now, uint life)
    {
        uint expiry = now + life;
        return expiry == 0 ? 1 : expiry;
    }

    /// <summary>Returns the time until an entry expires: zero if it has expired, and
    /// <see cref="Timeout.InfiniteTimeSpan"/> if it never does.</summary>
    // The clock may have advanced since a lookup has found the entry alive.
    public static TimeSpan Remaining(uint expiry, uint now) =>
        expiry == 0 ? Timeout.InfiniteTimeSpan
        : HasPassed(expiry, now) ? TimeSpan.Zero
        : TimeSpan.FromMilliseconds((double)(expiry - now) * TickMilliseconds);
}

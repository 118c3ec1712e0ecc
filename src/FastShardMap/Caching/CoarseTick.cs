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
}

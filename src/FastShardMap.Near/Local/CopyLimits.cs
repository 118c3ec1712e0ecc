namespace FastShardMap.Near.Local;

/// <summary>The limits of near copies, as the caches that hold them take them.</summary>
internal static class CopyLimits
{
    public static ShardCacheOptions Of(NearMapOptions options)
    {
        ShardCacheOptions limits = new() { MaxBytes = options.MaxBytes };
        if (options.MaxEntries != 0)
        {
            limits.MaxEntries = options.MaxEntries;
        }

        return limits;
    }

    /// <summary>The time to live of a copy; null means for ever.</summary>
    public static TimeSpan TimeToLive(TimeSpan? timeToLive) => timeToLive switch
    {
        null => Timeout.InfiniteTimeSpan,
        { } time when time < ShardCacheOptions.MaxTimeToLive => time,
        _ => ShardCacheOptions.MaxTimeToLive,
    };
}

using Microsoft.Extensions.Caching.Distributed;

namespace FastShardMap.Caching.Hybrid;

/// <summary>How long an entry of a distributed cache lives.</summary>
internal static class EntryLifetime
{
    /// <summary>The time until an entry expires; null for never.</summary>
    /// <exception cref="NotSupportedException">The options have a sliding expiration.</exception>
    public static TimeSpan? Of(DistributedCacheEntryOptions options, TimeProvider time) =>
        options.SlidingExpiration is null
            ? options.AbsoluteExpirationRelativeToNow ?? (options.AbsoluteExpiration - time.GetUtcNow())
            : throw new NotSupportedException(
                $"{nameof(options.SlidingExpiration)} is not supported. "
                + $"Use {nameof(options.AbsoluteExpirationRelativeToNow)}.");
}

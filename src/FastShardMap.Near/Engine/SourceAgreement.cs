using System.Text;
using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>All near maps of a prefix use the same source of invalidations. Otherwise a map that waits for published
/// writes would not see those of a map that relies on the engine to tell. The first one writes its choice to the
/// engine.</summary>
internal static class SourceAgreement
{
    public static async Task<InvalidationSource> ReachAsync(
        ConnectionMultiplexer connection, int database, KeyFormat keys, InvalidationSource wanted)
    {
        IDatabase engine = connection.GetDatabase(database);
        bool canTrack = wanted != InvalidationSource.Published
            && await NodeLink.CanTrackAsync(connection.GetServer(keys.SourceKey)).ConfigureAwait(false);
        if (wanted == InvalidationSource.Tracking && !canTrack)
        {
            throw new NotSupportedException(
                "The engine has no CLIENT TRACKING. Use InvalidationSource.Published or Auto.");
        }

        InvalidationSource own = wanted != InvalidationSource.Auto ? wanted
            : canTrack ? InvalidationSource.Tracking
            : InvalidationSource.Published;
        await engine.StringSetAsync(keys.SourceKey, Encoding.UTF8.GetBytes(own.ToString()), when: When.NotExists)
            .ConfigureAwait(false);
        string? agreed = await engine.StringGetAsync(keys.SourceKey).ConfigureAwait(false);
        if (!Enum.TryParse(agreed, out InvalidationSource common))
        {
            throw new NearFormatException($"The key {keys.Prefix}source of the engine holds no source.");
        }

        if (common == own || (wanted == InvalidationSource.Auto && common == InvalidationSource.Published))
        {
            return common;
        }

        throw new InvalidOperationException(
            $"The near maps with the prefix {keys.Prefix} use {common}, and this one would use {own}. All must use the "
            + $"same source; the key {keys.Prefix}source of the engine names it.");
    }
}

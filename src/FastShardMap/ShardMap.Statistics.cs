namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>The maximum length, because the result is an array of that length.</summary>
    private const int MaxProbeLength = ushort.MaxValue;

    /// <summary>Gets statistics about the content and the past operations of the map.</summary>
    /// <returns>The statistics. The type describes how exact they are.</returns>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ShardMapStatistics GetStatistics()
    {
        _shards.ThrowIfDisposed();
        ShardMapStatistics statistics = _shards.GetStatistics();
        GC.KeepAlive(this);
        return statistics;
    }

    /// <summary>Counts the entries at each distance from their home groups, which shows how well the hasher distributes
    /// them.</summary>
    /// <param name="maxLength">The last element of the result counts this length and all greater lengths; from 1 to
    /// 65,535.</param>
    /// <returns>At index n, the number of entries that are n groups away from their home group. A lookup of such an
    /// entry loads n + 1 groups.</returns>
    /// <remarks>Examines every entry, and holds the lock of one shard at a time for the whole shard. This method is
    /// meant for diagnosis and not for the path of a request. Allocates the result.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is less than 1 or above
    /// 65,535.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public long[] GetProbeLengths(int maxLength = 31)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLength, MaxProbeLength);
        long[] lengths = _shards.GetProbeLengths(maxLength);
        GC.KeepAlive(this);
        return lengths;
    }
}

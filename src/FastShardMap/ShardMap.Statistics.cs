namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>The result is an array that long.</summary>
    private const int MaxProbeLength = ushort.MaxValue;

    /// <summary>Counts what the shards hold and have done.</summary>
    /// <returns>The numbers; see the type for their exactness.</returns>
    /// <remarks>Takes no lock; time proportional to the number of shards; allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ShardMapStatistics GetStatistics()
    {
        _shards.ThrowIfDisposed();
        ShardMapStatistics statistics = _shards.GetStatistics();
        GC.KeepAlive(this);
        return statistics;
    }

    /// <summary>Counts how far the entries lie from their home groups: how well the hasher spreads them.</summary>
    /// <param name="maxLength">The last element of the result counts this length and all above it; from 1 to 65,535.</param>
    /// <returns>At index n, the entries that lie n groups from their home: lookups of them load n + 1 groups.</returns>
    /// <remarks>Looks at every entry, holding one shard's lock at a time for the whole shard: a diagnosis, not for a
    /// request's path. Allocates the result.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is less than 1 or above 65,535.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public long[] GetProbeLengths(int maxLength = 31)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLength, MaxProbeLength);
        long[] lengths = _shards.GetProbeLengths(maxLength);
        GC.KeepAlive(this);
        return lengths;
    }
}

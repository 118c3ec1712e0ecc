namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    private ShardMapExclusive<TKey, TValue, THasher>? _exclusive;

    /// <summary>The exclusive phase that the map is in, or null. A map that is created with
    /// <see cref="ShardMapOptions.StartExclusive"/> is in such a phase from the start.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ShardMapExclusive<TKey, TValue, THasher>? Exclusive
    {
        get
        {
            _shards.ThrowIfDisposed();
            return _exclusive;
        }
    }

    /// <summary>Begins a phase in which only the calling thread may use the map. No locks are taken during the phase,
    /// and calls by other threads throw instead of waiting.</summary>
    /// <returns>The object that the thread uses instead of the map, until it disposes the object.</returns>
    /// <remarks>Waits for operations in progress. The thread that begins the phase must end it.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The map is held exclusively, or the call comes from a callback of
    /// this map.</exception>
    public ShardMapExclusive<TKey, TValue, THasher> EnterExclusive() =>
        _exclusive = new ShardMapExclusive<TKey, TValue, THasher>(this);

    internal void EndExclusive() => _exclusive = null;
}

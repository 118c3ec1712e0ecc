namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    private ShardMapExclusive<TKey, TValue, THasher>? _exclusive;

    /// <summary>The exclusive phase that the map is in, or null. Set from the start by <see cref="ShardMapOptions.StartExclusive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ShardMapExclusive<TKey, TValue, THasher>? Exclusive
    {
        get
        {
            _shards.ThrowIfDisposed();
            return _exclusive;
        }
    }

    /// <summary>Begins a phase in which the calling thread has the map to itself: no locks are taken, and any other thread
    /// that comes is detected and told instead of waiting.</summary>
    /// <returns>The phase: what the thread uses instead of the map until it disposes it.</returns>
    /// <remarks>Waits for the operations under way. The thread that begins the phase has to end it.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The map is held exclusively, or called from a callback of this map.</exception>
    public ShardMapExclusive<TKey, TValue, THasher> EnterExclusive() =>
        _exclusive = new ShardMapExclusive<TKey, TValue, THasher>(this);

    internal void EndExclusive() => _exclusive = null;
}

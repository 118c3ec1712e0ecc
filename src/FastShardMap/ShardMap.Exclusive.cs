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
    public ShardMapExclusive<TKey, TValue, THasher> EnterExclusive() => _exclusive = NewExclusive();

    /// <summary>Begins a phase, as an object of the type that this map's methods return.</summary>
    private protected virtual ShardMapExclusive<TKey, TValue, THasher> NewExclusive() => new(this);

    internal void EndExclusive() => _exclusive = null;
}

public sealed partial class ShardMap<TKey, TValue>
{
    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Exclusive"/>
    public new ShardMapExclusive<TKey, TValue>? Exclusive => (ShardMapExclusive<TKey, TValue>?)base.Exclusive;

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.EnterExclusive()"/>
    public new ShardMapExclusive<TKey, TValue> EnterExclusive() =>
        (ShardMapExclusive<TKey, TValue>)base.EnterExclusive();

    private protected override ShardMapExclusive<TKey, TValue, DefaultHasher<TKey>> NewExclusive() =>
        new ShardMapExclusive<TKey, TValue>(this);
}

using System.Runtime.CompilerServices;
using FastShardMap.Operations;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The property is set from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The property is set, a shard must grow, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw KeyNotFound(key);
        set
        {
            StoreOperation<TValue> operation = new(value);
            if (!_shards.TryWriteFast(key, ref operation))
            {
                Store(key, value);
            }

            GC.KeepAlive(this);
        }
    }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type. Allocates nothing. May be called from callbacks. A value of more
    /// than 32 bytes is copied straight to <paramref name="value"/>: if other threads can see that variable, they may
    /// see it torn until this method returns.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        ulong hash = 0;
        if (ShardSet<TKey, TValue, THasher>.KeysRunUserCode)
        {
            hash = _shards.Hash(key);
            if (_shards.TryReadHome(key, hash, out value, out bool present))
            {
                GC.KeepAlive(this);
                return present;
            }
        }
        else if (_shards.TryReadHome(key, out value, out bool found))
        {
            GC.KeepAlive(this);
            return found;
        }

        if (ShardSet<TKey, TValue, THasher>.ValuesGoStraight)
        {
            return TryGetValueElsewhere(key, hash, out value);
        }

        // The call takes the address of a variable of its own. With that of the caller's variable, the JIT would keep
        // that one in memory, also where this method is inlined, and a hit would store the value and load it again.
        bool isPresent = TryGetValueElsewhere(key, hash, out TValue copy);
        value = copy;
        return isPresent;
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type. Allocates nothing. May be called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Gets the values of many keys and overlaps the memory latencies of the lookups. In maps larger than the
    /// caches, this has several times the throughput of single lookups.</summary>
    /// <param name="keys">The keys, in any order. Keys may be repeated.</param>
    /// <param name="values">Receives the value of each key at the index of the key, or default if the key is absent. At
    /// least as long as <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys found.</returns>
    /// <remarks>Each lookup is linearizable by itself, but the lookups of a batch do not happen at one instant.
    /// Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too
    /// short.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        _shards.ThrowIfDisposed();
        int hits = _shards.TryReadBatch(keys, values, found);
        GC.KeepAlive(this);
        return hits;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Store(TKey key, TValue value)
    {
        StoreOperation<TValue> operation = new(value);
        _shards.WriteSlow(key, ref operation);
        GC.KeepAlive(this);
    }

    // Looks up a key that is not where TryReadHome has looked. The hash counts only if keys run user code: one that is
    // cheap to take again need not be kept.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetValueElsewhere(TKey key, ulong hash, out TValue value)
    {
        bool found = _shards.TryRead(
            key, ShardSet<TKey, TValue, THasher>.KeysRunUserCode ? hash : _shards.Hash(key), out value);
        GC.KeepAlive(this);
        return found;
    }

    private KeyNotFoundException KeyNotFound(TKey key) => MapErrors.KeyNotFound(key, Name);
}

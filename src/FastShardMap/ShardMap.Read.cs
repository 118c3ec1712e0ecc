using System.Runtime.CompilerServices;
using FastShardMap.Operations;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">Getting, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Setting, from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">Setting, and a shard has to grow and cannot; nothing has changed.</exception>
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
    /// <param name="value">The value, untorn; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as the type describes; allocates nothing; may be called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        // Tail calls, so that the common case needs no frame.
        if (ShardSet<TKey, TValue, THasher>.KeysRunUserCode)
        {
            ulong hash = _shards.Hash(key);
            if (_shards.TryReadHome(key, hash, out value, out bool present))
            {
                GC.KeepAlive(this);
                return present;
            }

            return TryGetValue(key, hash, out value);
        }

        if (_shards.TryReadHome(key, out value, out bool found))
        {
            GC.KeepAlive(this);
            return found;
        }

        // A hash that is cheap to take again need not be kept.
        return TryGetValueAnew(key, out value);
    }

    /// <summary>Whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as the type describes; allocates nothing; may be called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Gets the values of many keys, overlapping their memory latencies: several times the throughput of
    /// single lookups in maps larger than the caches.</summary>
    /// <param name="keys">The keys, in any order, repeated or not.</param>
    /// <param name="values">Receives the value of each key at the key's index, default where absent; at least as long
    /// as <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present; at least as long as <paramref name="keys"/>.</param>
    /// <returns>How many keys were found.</returns>
    /// <remarks>Each lookup is linearizable on its own; the batch is not one instant. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        ThrowIfShorter(values.Length, keys.Length, nameof(values));
        ThrowIfShorter(found.Length, keys.Length, nameof(found));
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetValue(TKey key, ulong hash, out TValue value)
    {
        bool found = _shards.TryRead(key, hash, out value);
        GC.KeepAlive(this);
        return found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetValueAnew(TKey key, out TValue value)
    {
        bool found = _shards.TryRead(key, _shards.Hash(key), out value);
        GC.KeepAlive(this);
        return found;
    }

    private static void ThrowIfShorter(int length, int needed, string parameterName)
    {
        if (length < needed)
        {
            throw new ArgumentException($"The span has {length} elements and must have at least {needed}, one a key.", parameterName);
        }
    }

    private static KeyNotFoundException KeyNotFound(TKey key) => MapErrors.KeyNotFound(key);
}

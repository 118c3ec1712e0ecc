using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Sharding;

namespace FastShardMap;

/// <summary>Counting: atomic additions to the values of maps whose values are numbers.</summary>
public static class ShardMapNumberExtensions
{
    /// <summary>Adds to the value of a key; an absent key counts as zero and is added.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The number; its addition wraps or throws as the type's + does.</typeparam>
    /// <typeparam name="THasher">The hasher.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">What to add.</param>
    /// <returns>The new value.</returns>
    /// <remarks>One atomic step, mostly without the shard's lock; allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard has to grow and cannot; nothing has changed.</exception>
    public static TValue Add<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(map);
        AddOperation<TValue> operation = new(delta);
        TValue sum = map.Shards.TryWriteFast(key, ref operation) ? operation.Sum : AddWaiting(map, key, delta);
        GC.KeepAlive(map);
        return sum;
    }

    /// <summary>Adds one to the value of a key; an absent key is added with the value one.</summary>
    /// <inheritdoc cref="Add{TKey, TValue, THasher}" path="/typeparam"/>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <inheritdoc cref="Add{TKey, TValue, THasher}" path="/remarks"/>
    /// <inheritdoc cref="Add{TKey, TValue, THasher}" path="/exception"/>
    public static TValue Increment<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => map.Add(key, TValue.One);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TValue AddWaiting<TKey, TValue, THasher>(ShardMap<TKey, TValue, THasher> map, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        AddOperation<TValue> operation = new(delta);
        map.Shards.WriteSlow(key, ref operation);
        GC.KeepAlive(map);
        return operation.Sum;
    }

    private struct AddOperation<TValue>(TValue delta) : IEntryOperation<TValue>
        where TValue : unmanaged, INumber<TValue>
    {
        private readonly TValue _delta = delta;

        public static bool RunsUserCode => !typeof(TValue).IsPrimitive;

        public readonly bool KeepsKey => true;

        public TValue Sum { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Sum = value += _delta;
            return EntryAction.Store;
        }

        public EntryAction OnAbsent(out TValue value)
        {
            Sum = value = _delta;
            return EntryAction.Store;
        }
    }
}

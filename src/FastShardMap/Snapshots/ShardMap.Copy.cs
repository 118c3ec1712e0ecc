using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    // Creates a map with the entries of a snapshot: the same seed, the same number of shards, and copies of the tables.
    private protected ShardMap(ShardMapSnapshot<TKey, TValue, THasher> snapshot)
        : this(snapshot.Map.Shards.OptionsOfTwin)
    {
        try
        {
            for (int shard = 0; shard < snapshot.Tables.Length; shard++)
            {
                TableRef table = snapshot.Tables[shard];
                if (!table.IsNone)
                {
                    _shards.CopyFrozen(shard, table);
                }
            }
        }
        catch
        {
            _shards.Dispose();
            throw;
        }
    }

    /// <summary>Creates an independent map with the same entries as of one instant, and with the same options except
    /// <see cref="ShardMapOptions.Name"/>. The copy has no name, because metrics could not distinguish two maps of one
    /// name.</summary>
    /// <returns>The copy. It shares nothing with this map: neither memory nor locks nor later changes.</returns>
    /// <remarks>Copies blocks of memory from a snapshot, so every byte of every key and value is preserved, including
    /// private fields and padding. Writers of this map wait as for <see cref="Snapshot"/>, while reads continue. Shards
    /// that are written to in the meantime take their memory twice until the call ends. The hash codes of the two maps
    /// are equal. To give the copy a name or a seed of its own, use <see cref="Clone(ShardMapOptions)"/>.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; this map is
    /// unchanged.</exception>
    public ShardMap<TKey, TValue, THasher> Clone()
    {
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = BriefSnapshot();
        return new ShardMap<TKey, TValue, THasher>(snapshot);
    }

    /// <summary>Creates an independent map with the same entries as of one instant, and with other options.</summary>
    /// <param name="options">The options of the copy.</param>
    /// <returns>The copy, with a random seed of its own.</returns>
    /// <remarks>The same as for <see cref="Clone()"/>, but the copy is created by one insert per entry.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; this map is
    /// unchanged.</exception>
    public ShardMap<TKey, TValue, THasher> Clone(ShardMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Filled(new ShardMap<TKey, TValue, THasher>(options.WithoutExclusive()));
    }

    /// <summary>Stores all entries of this map, as of one instant, in another map. Keys that both have get the values
    /// of this map.</summary>
    /// <param name="destination">The other map. Its other entries stay.</param>
    /// <returns>The number of entries stored.</returns>
    /// <remarks>Each entry is stored by a write of its own, so readers of the destination may see some entries before
    /// others. The destination grows once, before the first entry.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is this map.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of one of the maps.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; some entries may have been
    /// stored in the destination.</exception>
    public long CopyTo(ShardMap<TKey, TValue, THasher> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (ReferenceEquals(destination, this))
        {
            throw new ArgumentException("A map cannot be copied to itself.", nameof(destination));
        }

        Overwrite merger = default;
        return destination.MergeFrom(this, ref merger);
    }

    /// <summary>Stores all entries of another map, as of one instant, in this map. A delegate decides the value of keys
    /// that both have.</summary>
    /// <param name="source">The other map, which is unchanged.</param>
    /// <param name="conflict">Computes the value of a key that both have, from the key, the value of this map and the
    /// value of the other map. Runs once per conflict, under the lock of this map's shard.</param>
    /// <returns>The number of entries of the source.</returns>
    /// <remarks>Each entry is stored by a write of its own. If the delegate throws, the entries stored so far
    /// stay.</remarks>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is this map.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of one of the maps.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; some entries may have been
    /// stored in this map.</exception>
    public long MergeFrom(ShardMap<TKey, TValue, THasher> source, Func<TKey, TValue, TValue, TValue> conflict)
    {
        ArgumentNullException.ThrowIfNull(conflict);
        DelegateMerger merger = new(conflict);
        return MergeFrom(source, ref merger);
    }

    /// <summary>Stores all entries of another map, as of one instant, in this map. A struct functor decides the value
    /// of keys that both have.</summary>
    /// <typeparam name="TMerger">The type of the functor.</typeparam>
    /// <param name="source">The other map, which is unchanged.</param>
    /// <param name="merger">Decides as the delegate does. Receives the changes that the calls make to it.</param>
    /// <returns>The number of entries of the source.</returns>
    /// <remarks>The same as for the form with a delegate.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is this map.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of one of the maps.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; some entries may have been
    /// stored in this map.</exception>
    public long MergeFrom<TMerger>(ShardMap<TKey, TValue, THasher> source, ref TMerger merger)
        where TMerger : struct, IValueMerger<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ReferenceEquals(source, this))
        {
            throw new ArgumentException("A map cannot be merged with itself.", nameof(source));
        }

        _shards.ThrowIfInCallback();
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = source.BriefSnapshot();
        using InterruptDeferral deferral = InterruptDeferral.Begin();
        ReserveFor(snapshot);
        if (typeof(TMerger) == typeof(Overwrite))
        {
            StoreAll(snapshot);
            return snapshot.Count;
        }

        foreach (KeyValuePair<TKey, TValue> item in snapshot)
        {
            MergeUpserter<TMerger> upserter = new(item.Value, merger);
            AddOrUpdate(item.Key, ref upserter);
            merger = upserter.Merger;
        }

        return snapshot.Count;
    }

    /// <summary>Reserves capacity for the entries of a snapshot. Entries arrive in the order of their hashes. If both
    /// maps have the same hashes, the first groups of a table that is too small would be far too full before it grows,
    /// so the table must be large enough from the start.</summary>
    internal void ReserveFor(ShardMapSnapshot<TKey, TValue, THasher> snapshot)
    {
        bool sameHashes = snapshot.Map.Shards.Seed.Equals(_shards.Seed);
        EnsureCapacity(sameHashes ? Count + snapshot.Count : Math.Max(Count, snapshot.Count));
    }

    private protected TMap Filled<TMap>(TMap copy)
        where TMap : ShardMap<TKey, TValue, THasher>
    {
        try
        {
            CopyTo(copy);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Stores many entries, in ranges.</summary>
    private protected void StoreAll(IEnumerable<KeyValuePair<TKey, TValue>> entries)
    {
        int size = EntriesPerRange;
        TKey[] keys = new TKey[size];
        TValue[] values = new TValue[size];
        int count = 0;
        foreach (KeyValuePair<TKey, TValue> entry in entries)
        {
            keys[count] = entry.Key;
            values[count] = entry.Value;
            if (++count == size)
            {
                SetRange(keys, values);
                count = 0;
            }
        }

        SetRange(keys.AsSpan(0, count), values.AsSpan(0, count));
    }

    /// <summary>Entries that copies and loads write at once: about 16 KiB of them, so that they stay in the first-level
    /// cache.</summary>
    internal static int EntriesPerRange =>
        Math.Clamp(16 * 1024 / (Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>()), 1, 1024);

    private readonly struct Overwrite : IValueMerger<TKey, TValue>
    {
        public void Merge(TKey key, ref TValue value, TValue other) => value = other;
    }

    private readonly struct DelegateMerger(Func<TKey, TValue, TValue, TValue> conflict) : IValueMerger<TKey, TValue>
    {
        private readonly Func<TKey, TValue, TValue, TValue> _conflict = conflict;

        public void Merge(TKey key, ref TValue value, TValue other) => value = _conflict(key, value, other);
    }

    private struct MergeUpserter<TMerger>(TValue other, TMerger merger) : IValueUpserter<TKey, TValue>
        where TMerger : struct, IValueMerger<TKey, TValue>
    {
        private readonly TValue _other = other;

        public TMerger Merger = merger;

        public readonly TValue Create(TKey key) => _other;

        public void Update(TKey key, ref TValue value) => Merger.Merge(key, ref value, _other);
    }
}

public sealed partial class ShardMap<TKey, TValue>
{
    private ShardMap(ShardMapSnapshot<TKey, TValue, DefaultHasher<TKey>> snapshot)
        : base(snapshot)
    {
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Clone()"/>
    public new ShardMap<TKey, TValue> Clone()
    {
        using ShardMapSnapshot<TKey, TValue, DefaultHasher<TKey>> snapshot = BriefSnapshot();
        return new ShardMap<TKey, TValue>(snapshot);
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Clone(ShardMapOptions)"/>
    public new ShardMap<TKey, TValue> Clone(ShardMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Filled(new ShardMap<TKey, TValue>(options.WithoutExclusive()));
    }
}

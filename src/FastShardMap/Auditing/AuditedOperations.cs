using FastShardMap.Operations;

namespace FastShardMap.Auditing;

/// <summary>The operations of a map that are recorded, for all forms of keys.</summary>
/// <param name="map">The map.</param>
/// <param name="audit">What records them.</param>
/// <param name="form">How the audit keeps keys.</param>
internal readonly struct AuditedOperations<TKey, TValue, THasher, TKept, TForm>(
    ShardMap<TKey, TValue, THasher> map, MapAudit<TKept> audit, TForm form)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
    where TKept : unmanaged, IEquatable<TKept>
    where TForm : struct, IKeptForm<TKey, TKept>
{
    private readonly ShardMap<TKey, TValue, THasher> _map = map;
    private readonly MapAudit<TKept> _audit = audit;
    private readonly TForm _form = form;

    public void Set(TKey key, TValue value)
    {
        ValueUpserter upserter = new(value);
        AddOrUpdate(key, ref upserter);
    }

    public bool TryGetValue(TKey key, out TValue value)
    {
        bool found = _map.TryGetValue(key, out value);
        Record(key, found ? AuditOperation.ReadHit : AuditOperation.ReadMiss);
        return found;
    }

    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    public bool TryAdd(TKey key, TValue value) => Recorded(key, _map.TryAdd(key, value), AuditOperation.Add);

    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue) =>
        Recorded(key, _map.TryUpdate(key, newValue, comparisonValue), AuditOperation.Update);

    public bool TryExchange(TKey key, TValue newValue, out TValue oldValue) =>
        Recorded(key, _map.TryExchange(key, newValue, out oldValue), AuditOperation.Update);

    public bool TryRemove(TKey key, out TValue value) =>
        Recorded(key, _map.TryRemove(key, out value), AuditOperation.Remove);

    public bool TryRemove(KeyValuePair<TKey, TValue> item) =>
        Recorded(item.Key, _map.TryRemove(item), AuditOperation.Remove);

    public TValue GetOrAdd(TKey key, TValue value)
    {
        ValueFactory factory = new(value);
        return TryGetPresent(key, out TValue present) ? present : GetOrAdd(key, ref factory);
    }

    public TValue GetOrAdd<TFactory>(TKey key, ref TFactory factory)
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        WatchedFactory<TFactory> watched = new() { Inner = factory };
        TValue stored = _map.GetOrAdd(key, ref watched);
        factory = watched.Inner;
        Record(key, watched.Added ? AuditOperation.Add : AuditOperation.ReadHit);
        return stored;
    }

    public TValue AddOrUpdate<TUpserter>(TKey key, ref TUpserter upserter)
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        WatchedUpserter<TUpserter> watched = new() { Inner = upserter };
        TValue stored = _map.AddOrUpdate(key, ref watched);
        upserter = watched.Inner;
        Record(key, watched.Added ? AuditOperation.Add : AuditOperation.Update);
        return stored;
    }

    public bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg) =>
        Recorded(key, _map.TryUpdate(key, update, arg), AuditOperation.Update);

    public bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue> =>
        Recorded(key, _map.TryUpdate(key, ref updater), AuditOperation.Update);

    public bool TryUpdateOrRemove<TArg>(TKey key, RefFunc<TValue, TArg, bool> keep, TArg arg)
    {
        DelegateKeeper<TValue, TArg> keeper = new(keep, arg);
        return TryUpdateOrRemove(key, ref keeper);
    }

    public bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue>
    {
        WatchedKeeper<TKeeper> watched = new() { Inner = keeper };
        bool found = _map.TryUpdateOrRemove(key, ref watched);
        keeper = watched.Inner;
        return Recorded(key, found, watched.Removed ? AuditOperation.Remove : AuditOperation.Update);
    }

    public int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        int hits = _map.TryGetValues(keys, values, found);
        for (int i = 0; i < keys.Length; i++)
        {
            Record(keys[i], found[i] ? AuditOperation.ReadHit : AuditOperation.ReadMiss);
        }

        return hits;
    }

    /// <param name="keys">The keys.</param>
    /// <param name="values">One value per key.</param>
    /// <param name="added">Receives whether each key was added; empty if only the number is wanted.</param>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        ThrowIfDisposed();
        RangeReport report = new(added);
        int count = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            count += report.Note(i, TryAdd(keys[i], values[i]));
        }

        return count;
    }

    public void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        ThrowIfDisposed();
        for (int i = 0; i < keys.Length; i++)
        {
            Set(keys[i], values[i]);
        }
    }

    /// <param name="keys">The keys.</param>
    /// <param name="removed">Receives whether each key was removed; empty if only the number is wanted.</param>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        ThrowIfDisposed();
        RangeReport report = new(removed);
        int count = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            count += report.Note(i, TryRemove(keys[i], out _));
        }

        return count;
    }

    /// <summary>Throws if the map is disposed. Without keys, no write of the range would.</summary>
    public void ThrowIfDisposed()
    {
        _map.Shards.ThrowIfDisposed();
        GC.KeepAlive(_map);
    }

    private bool TryGetPresent(TKey key, out TValue value)
    {
        bool found = _map.TryGetValue(key, out value);
        if (found)
        {
            Record(key, AuditOperation.ReadHit);
        }

        return found;
    }

    private bool Recorded(TKey key, bool done, AuditOperation operation)
    {
        Record(key, done ? operation : AuditOperation.Refused);
        return done;
    }

    private void Record(TKey key, AuditOperation operation)
    {
        ulong hash = _map.Shards.Hash(key);
        _audit.Record(_map.Shards.ShardOf(hash), _form.Keep(key, hash), operation);
    }

    private readonly struct ValueFactory(TValue value) : IValueFactory<TKey, TValue>
    {
        private readonly TValue _value = value;

        public TValue Create(TKey key) => _value;
    }

    private readonly struct ValueUpserter(TValue stored) : IValueUpserter<TKey, TValue>
    {
        private readonly TValue _stored = stored;

        public TValue Create(TKey key) => _stored;

        public void Update(TKey key, ref TValue value) => value = _stored;
    }

    private struct WatchedFactory<TFactory> : IValueFactory<TKey, TValue>
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        public TFactory Inner;

        public bool Added { get; private set; }

        public TValue Create(TKey key)
        {
            TValue value = Inner.Create(key);
            Added = true;
            return value;
        }
    }

    private struct WatchedUpserter<TUpserter> : IValueUpserter<TKey, TValue>
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        public TUpserter Inner;

        public bool Added { get; private set; }

        public TValue Create(TKey key)
        {
            TValue value = Inner.Create(key);
            Added = true;
            return value;
        }

        public void Update(TKey key, ref TValue value) => Inner.Update(key, ref value);
    }

    private struct WatchedKeeper<TKeeper> : IValueKeeper<TValue>
        where TKeeper : struct, IValueKeeper<TValue>
    {
        public TKeeper Inner;

        public bool Removed { get; private set; }

        public bool Keep(ref TValue value)
        {
            bool keep = Inner.Keep(ref value);
            Removed = !keep;
            return keep;
        }
    }
}

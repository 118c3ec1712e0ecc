namespace FastShardMap.Near.Local;

/// <summary>The near copies of a map, in unmanaged memory of bounded size.</summary>
internal sealed class LocalStore<TKey, TValue> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ShardMap<TKey, TimedEntry> _map;
    private readonly long _maxEntries;

    public LocalStore(NearMapOptions options)
    {
        _map = new ShardMap<TKey, TimedEntry>();
        _maxEntries = options.MaxEntries;
    }

    public long Count => _map.Count;

    public bool TryGet(TKey key, out LocalEntry<TValue> entry)
    {
        bool found = _map.TryGetValue(key, out TimedEntry timed);
        entry = timed.Entry;
        return found && (timed.Deadline == 0 || Environment.TickCount64 < timed.Deadline);
    }

    /// <summary>Stores an entry; <paramref name="timeToLive"/> null means for ever.</summary>
    public void Set(TKey key, LocalEntry<TValue> entry, TimeSpan? timeToLive)
    {
        if (_map.Count < _maxEntries)
        {
            _map[key] = new TimedEntry
            {
                Entry = entry,
                Deadline = timeToLive is { } time ? Environment.TickCount64 + (long)time.TotalMilliseconds : 0,
            };
        }
    }

    public void Remove(TKey key) => _map.TryRemove(key, out _);

    public void Dispose() => _map.Dispose();

    private struct TimedEntry
    {
        public LocalEntry<TValue> Entry;
        public long Deadline;
    }
}

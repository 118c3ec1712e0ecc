using FastShardMap;

namespace SessionService;

/// <summary>Keeps sessions in a map in unmanaged memory.</summary>
internal sealed class ShardMapSessionStore(ShardMap<Guid, Session> map) : ISessionStore
{
    public long Count => map.Count;

    public bool TryAdd(Guid id, Session session) => map.TryAdd(id, session);

    public bool TryTouch(Guid id, long now, long oldest, out Session session)
    {
        Toucher toucher = new(now, oldest);
        bool found = map.TryUpdateOrRemove(id, ref toucher) && toucher.IsAlive;
        session = toucher.Touched;
        return found;
    }

    public bool TryRemove(Guid id) => map.TryRemove(id, out _);

    public int RemoveExpired(long oldest)
    {
        int removed = 0;
        foreach (KeyValuePair<Guid, Session> item in map)
        {
            // Only if it is still the same: a request may have touched the session in the meantime.
            if (item.Value.SeenTicks < oldest && map.TryRemove(item))
            {
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Changes a session under the lock of its shard, or removes it if it has expired.</summary>
    private struct Toucher(long now, long oldest) : IValueKeeper<Session>
    {
        public Session Touched { get; private set; }

        public bool IsAlive { get; private set; }

        public bool Keep(ref Session session)
        {
            IsAlive = session.SeenTicks >= oldest;
            if (IsAlive)
            {
                session = session.Seen(now);
                Touched = session;
            }

            return IsAlive;
        }
    }
}

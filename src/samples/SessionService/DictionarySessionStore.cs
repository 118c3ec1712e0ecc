using System.Collections.Concurrent;

namespace SessionService;

/// <summary>Keeps sessions in the framework's dictionary, for comparison.</summary>
internal sealed class DictionarySessionStore : ISessionStore
{
    private readonly ConcurrentDictionary<Guid, Session> _sessions = new();

    public long Count => _sessions.Count;

    public bool TryAdd(Guid id, Session session) => _sessions.TryAdd(id, session);

    public bool TryTouch(Guid id, long now, long oldest, out Session session)
    {
        while (_sessions.TryGetValue(id, out Session old))
        {
            if (old.SeenTicks < oldest)
            {
                _sessions.TryRemove(new KeyValuePair<Guid, Session>(id, old));
                break;
            }

            session = old.Seen(now);
            if (_sessions.TryUpdate(id, session, old))
            {
                return true;
            }
        }

        session = default;
        return false;
    }

    public bool TryRemove(Guid id) => _sessions.TryRemove(id, out _);

    public int RemoveExpired(long oldest)
    {
        int removed = 0;
        foreach (KeyValuePair<Guid, Session> item in _sessions)
        {
            if (item.Value.SeenTicks < oldest && _sessions.TryRemove(item))
            {
                removed++;
            }
        }

        return removed;
    }
}

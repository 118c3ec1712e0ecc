namespace SessionService;

/// <summary>Keeps sessions. The times are ticks in UTC, and a session that was last seen before <c>oldest</c> has
/// expired.</summary>
internal interface ISessionStore
{
    long Count { get; }

    bool TryAdd(Guid id, Session session);

    /// <summary>Counts a request of a session and returns the session, if it exists and has not expired.</summary>
    bool TryTouch(Guid id, long now, long oldest, out Session session);

    bool TryRemove(Guid id);

    /// <summary>Removes the sessions that have expired, and returns their number.</summary>
    int RemoveExpired(long oldest);
}

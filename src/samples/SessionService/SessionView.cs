namespace SessionService;

/// <summary>A session as clients see it.</summary>
internal sealed record SessionView(Guid Id, long User, DateTimeOffset Created, DateTimeOffset Seen, int Requests)
{
    public static SessionView Of(Guid id, Session session) => new(
        id,
        session.User,
        new DateTimeOffset(session.CreatedTicks, TimeSpan.Zero),
        new DateTimeOffset(session.SeenTicks, TimeSpan.Zero),
        session.Requests);
}

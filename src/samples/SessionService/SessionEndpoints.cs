using Microsoft.Extensions.Options;

namespace SessionService;

/// <summary>The service's own endpoints.</summary>
internal static class SessionEndpoints
{
    private const int MaxFill = 10_000_000;

    public static void Map(WebApplication app)
    {
        SessionSettings settings = app.Services.GetRequiredService<IOptions<SessionSettings>>().Value;
        TimeSpan lifetime = settings.Lifetime;

        app.MapPost("/sessions", (long user, ISessionStore sessions, TimeProvider clock) =>
        {
            (Guid id, Session session) = Add(sessions, user, clock.GetUtcNow().UtcTicks);
            return Results.Created($"/sessions/{id}", SessionView.Of(id, session));
        });
        app.MapGet("/sessions/{id:guid}", (Guid id, ISessionStore sessions, TimeProvider clock) =>
        {
            DateTimeOffset now = clock.GetUtcNow();
            return sessions.TryTouch(id, now.UtcTicks, (now - lifetime).UtcTicks, out Session session)
                ? Results.Ok(SessionView.Of(id, session))
                : Results.NotFound();
        });
        app.MapDelete("/sessions/{id:guid}", (Guid id, ISessionStore sessions) =>
            sessions.TryRemove(id) ? Results.NoContent() : Results.NotFound());
        if (settings.AllowLoadTest)
        {
            MapLoadTest(app);
        }
    }

    private static void MapLoadTest(WebApplication app)
    {
        // Grows the store from within, much faster than requests could.
        app.MapPost("/fill", async (int count, ISessionStore sessions, TimeProvider clock) =>
        {
            if (count is < 0 or > MaxFill)
            {
                return Results.BadRequest($"count must be from 0 to {MaxFill}.");
            }

            await Task.Factory.StartNew(
                () => Fill(sessions, count, clock),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            return Results.Ok(sessions.Count);
        });
        app.MapGet("/stats", (ISessionStore sessions) => Results.Ok(ServiceStatistics.Take(sessions)));
    }

    private static void Fill(ISessionStore sessions, int count, TimeProvider clock)
    {
        for (int i = 0; i < count; i++)
        {
            Add(sessions, i, clock.GetUtcNow().UtcTicks);
        }
    }

    private static (Guid Id, Session Session) Add(ISessionStore sessions, long user, long now)
    {
        Session session = new(user, now, now, Requests: 0);
        while (true)
        {
            Guid id = Guid.NewGuid();
            if (sessions.TryAdd(id, session))
            {
                return (id, session);
            }
        }
    }
}

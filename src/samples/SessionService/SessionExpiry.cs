using Microsoft.Extensions.Options;

namespace SessionService;

/// <summary>Removes expired sessions, so that users who do not come back take no memory.</summary>
internal sealed partial class SessionExpiry(
    ISessionStore sessions, IOptions<SessionSettings> settings, TimeProvider clock, ILogger<SessionExpiry> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(settings.Value.ExpiryInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                int removed = sessions.RemoveExpired((clock.GetUtcNow() - settings.Value.Lifetime).UtcTicks);
                if (removed > 0)
                {
                    Expired(log, removed, sessions.Count);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Removed} sessions expired, {Left} are left.")]
    private static partial void Expired(ILogger logger, int removed, long left);
}

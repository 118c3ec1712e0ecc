using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FastShardMap.Auditing.Logging;

/// <summary>Writes the alerts of an audit to a log.</summary>
public static partial class AuditAlertLogging
{
    /// <summary>Writes alerts as they arrive, until the audit is disposed.</summary>
    /// <param name="alerts">The alerts of an audited map. Each alert goes to one reader, so no other code should read
    /// them.</param>
    /// <param name="logger">The log. <see cref="AuditSeverity.Low"/> is logged as information,
    /// <see cref="AuditSeverity.Medium"/> as a warning, and <see cref="AuditSeverity.High"/> as an error. Rule, key,
    /// thread, time and message are named values.</param>
    /// <param name="cancellationToken">A token to cancel the writing. Waiting alerts stay in the channel.</param>
    /// <returns>A task that completes when the audit is disposed and all its alerts have been written.</returns>
    /// <remarks>Thread-safe. The log is written on the thread pool, one alert at a time. Operations on the map never
    /// wait for the log: if it is too slow, the audit drops the oldest alert. Allocates per alert, and not per
    /// operation.</remarks>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="AggregateException">A provider of the log threw. The writing has ended; another call continues
    /// it.</exception>
    public static Task WriteToAsync(
        this ChannelReader<AuditAlert> alerts, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        ArgumentNullException.ThrowIfNull(logger);
        return WriteAllAsync(alerts, logger, cancellationToken);
    }

    private static async Task WriteAllAsync(
        ChannelReader<AuditAlert> alerts, ILogger logger, CancellationToken cancellationToken)
    {
        // The log of alerts that wait already is not written on the caller's thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (await alerts.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested && alerts.TryRead(out AuditAlert? alert))
            {
                Log(logger, LevelOf(alert.Severity), alert.Rule, alert.Key, alert.ThreadId, alert.Time, alert.Message);
            }
        }
    }

    private static LogLevel LevelOf(AuditSeverity severity) => severity switch
    {
        AuditSeverity.Low => LogLevel.Information,
        AuditSeverity.Medium => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(
        EventId = 1,
        EventName = "AuditAlert",
        Message = "{Rule}: {Message} Key {Key}, thread {ThreadId}, {Time:O}.")]
    private static partial void Log(
        ILogger logger, LogLevel level, string rule, string key, int threadId, DateTimeOffset time, string message);
}

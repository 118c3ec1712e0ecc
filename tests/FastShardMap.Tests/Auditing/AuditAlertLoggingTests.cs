using System.Collections.Concurrent;
using System.Threading.Channels;
using FastShardMap.Auditing.Logging;
using Microsoft.Extensions.Logging;

namespace FastShardMap.Tests.Auditing;

public class AuditAlertLoggingTests
{
    [Fact]
    public async Task WriteToAsync_AlertsOfAnAudit_AreLoggedUntilItIsDisposed()
    {
        using ShardMap<long, long> map = new();
        AuditedShardMap<long, long, DefaultHasher<long>> audited = new(map);
        MemoryLogger logger = new();
        Task writing = audited.Alerts.WriteToAsync(logger);
        for (int write = 0; write < 5_000 && logger.Entries.IsEmpty; write++)
        {
            audited[7] = write;
        }

        Assert.False(writing.IsCompleted);
        audited.Dispose();
        await writing;

        (LogLevel level, EventId id, string text, Dictionary<string, object?> values) = logger.Entries.ToArray()[0];
        Assert.Equal((LogLevel.Error, 1, "AuditAlert"), (level, id.Id, id.Name));
        Assert.StartsWith(
            "hot key: More than 1000 writes to one key within a second. Key 7, thread ",
            text,
            StringComparison.Ordinal);
        Assert.Equal("hot key", values["Rule"]);
    }

    [Theory]
    [InlineData(AuditSeverity.Low, LogLevel.Information)]
    [InlineData(AuditSeverity.Medium, LogLevel.Warning)]
    [InlineData(AuditSeverity.High, LogLevel.Error)]
    public async Task WriteToAsync_Severity_BecomesALevel(AuditSeverity severity, LogLevel expected)
    {
        Channel<AuditAlert> alerts = Channel.CreateUnbounded<AuditAlert>();
        alerts.Writer.TryWrite(new AuditAlert("rule", severity, "key", 3, DateTimeOffset.UnixEpoch, "What."));
        alerts.Writer.Complete();
        MemoryLogger logger = new();
        await alerts.Reader.WriteToAsync(logger);

        (LogLevel level, _, string text, _) = Assert.Single(logger.Entries);
        Assert.Equal(expected, level);
        Assert.Equal("rule: What. Key key, thread 3, 1970-01-01T00:00:00.0000000+00:00.", text);
    }

    /// <summary>The log of the first of many waiting alerts cancels the writing: the others stay.</summary>
    [Fact]
    public async Task WriteToAsync_CanceledByTheLog_LeavesWaitingAlerts()
    {
        Channel<AuditAlert> alerts = Channel.CreateUnbounded<AuditAlert>();
        for (int i = 0; i < 10; i++)
        {
            alerts.Writer.TryWrite(
                new AuditAlert("rule", AuditSeverity.Low, "key", 3, DateTimeOffset.UnixEpoch, "What."));
        }

        using CancellationTokenSource source = new();
        MemoryLogger logger = new() { OnLog = source.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => alerts.Reader.WriteToAsync(logger, source.Token));
        Assert.Single(logger.Entries);
        Assert.Equal(9, alerts.Reader.Count);
    }

    [Fact]
    public async Task WriteToAsync_Canceled_StopsAndLeavesTheRest()
    {
        Channel<AuditAlert> alerts = Channel.CreateUnbounded<AuditAlert>();
        using CancellationTokenSource source = new();
        Task writing = alerts.Reader.WriteToAsync(new MemoryLogger(), source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.True(
            alerts.Writer.TryWrite(
                new AuditAlert("rule", AuditSeverity.Low, "key", 3, DateTimeOffset.UnixEpoch, "What.")));
        Assert.True(alerts.Reader.TryRead(out _));
        await Assert.ThrowsAsync<ArgumentNullException>(() => alerts.Reader.WriteToAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(
            () => ((ChannelReader<AuditAlert>)null!).WriteToAsync(new MemoryLogger()));
    }

    private sealed class MemoryLogger : ILogger
    {
        public ConcurrentQueue<Entry> Entries { get; } = [];

        public Action? OnLog { get; init; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Entries.Enqueue(new Entry(
                logLevel,
                eventId,
                formatter(state, exception),
                ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(StringComparer.OrdinalIgnoreCase)));
            OnLog?.Invoke();
        }

        /// <summary>One entry of the log.</summary>
        public sealed record Entry(LogLevel Level, EventId Id, string Text, Dictionary<string, object?> Values);
    }
}

using System.Threading.Channels;

namespace FastShardMap.Tests.Auditing;

public class AuditTests
{
    [Fact]
    public void Operations_OfEveryKind_DoAsTheMapAndAreRecorded()
    {
        using ShardMap<long, long> map = new();
        ManualTime time = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(
            map, new AuditOptions<long> { TimeProvider = time });
        (AuditOperation Expected, Func<object?> Call, object? Result)[] calls =
        [
            (AuditOperation.ReadMiss, () => audited.TryGetValue(1, out _), false),
            (AuditOperation.Add, () => audited.TryAdd(1, 10), true),
            (AuditOperation.Refused, () => audited.TryAdd(1, 11), false),
            (AuditOperation.ReadHit, () => audited[1], 10L),
            (AuditOperation.ReadHit, () => audited.ContainsKey(1), true),
            (AuditOperation.Update, () => audited.TryUpdate(1, 12, 10), true),
            (AuditOperation.Refused, () => audited.TryUpdate(1, 12, 10), false),
            (AuditOperation.Update, () => audited.TryExchange(1, 13, out _), true),
            (AuditOperation.Update, () => audited[1] = 14, 14L),
            (AuditOperation.Add, () => audited[2] = 20, 20L),
            (AuditOperation.Update, () => audited.AddOrUpdate(2, _ => 1, (_, old) => old + 1), 21L),
            (AuditOperation.Add, () => audited.AddOrUpdate(3, _ => 1, (_, old) => old + 1), 1L),
            (AuditOperation.ReadHit, () => audited.GetOrAdd(3, 5), 1L),
            (AuditOperation.Add, () => audited.GetOrAdd(4, 5), 5L),
            (AuditOperation.Refused, () => audited.TryRemove(new KeyValuePair<long, long>(4, 6)), false),
            (AuditOperation.Remove, () => audited.TryRemove(new KeyValuePair<long, long>(4, 5)), true),
            (AuditOperation.Remove, () => audited.TryRemove(3, out _), true),
        ];
        foreach ((AuditOperation _, Func<object?> call, object? result) in calls)
        {
            time.Advance(1);
            Assert.Equal(result, call());
        }

        time.Advance(1);
        Assert.Throws<KeyNotFoundException>(() => audited[99]);
        Assert.Throws<NotSupportedException>(
            () => audited.AddOrUpdate(1, _ => 1, (_, _) => throw new NotSupportedException()));
        Assert.Equal(
            calls.Select(call => call.Expected).Append(AuditOperation.ReadMiss),
            audited.GetRecent().Select(item => item.Operation));
        Assert.All(audited.GetRecent(), item => Assert.Equal(Environment.CurrentManagedThreadId, item.ThreadId));
        Assert.All(
            calls.GroupBy(call => call.Expected).Where(group => group.Key != AuditOperation.ReadMiss),
            group => Assert.Equal(group.Count(), audited.GetCount(group.Key)));
        Assert.Throws<ArgumentOutOfRangeException>(() => audited.GetCount((AuditOperation)77));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void HotKeyRule_MoreWritesThanTheLimitInASecond_AlertsOnceASecond()
    {
        using ShardMap<long, long> map = new();
        ManualTime time = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(
            map, new AuditOptions<long> { TimeProvider = time });
        for (int second = 0; second < 3; second++)
        {
            for (int write = 0; write < 1500; write++)
            {
                audited[7] = write;
                audited[write + 1000] = write;
            }

            time.Advance(TimeSpan.TicksPerSecond);
        }

        for (int write = 0; write < 3000; write++)
        {
            audited[8] = write;
            time.Advance(TimeSpan.TicksPerSecond / 999); // just slow enough
        }

        AuditAlert[] alerts = Drain(audited.Alerts);
        Assert.Equal(3, alerts.Length);
        Assert.All(alerts, alert => Assert.Equal(
            ("hot key", AuditSeverity.High, "7", Environment.CurrentManagedThreadId),
            (alert.Rule, alert.Severity, alert.Key, alert.ThreadId)));
        Assert.Equal(0, audited.DroppedAlerts);
    }

    [Fact]
    public void ReadWriteRule_OneThreadInTurn_Alerts()
    {
        using ShardMap<long, long> map = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(
            map, new AuditOptions<long> { TimeProvider = new ManualTime() });
        audited[1] = 0;
        audited[2] = 0;
        for (int turn = 0; turn < 20; turn++)
        {
            audited[1] = audited[1] + 1;
            _ = audited[2]; // reads only
            audited[3] = turn; // writes only
        }

        AuditAlert alert = Assert.Single(Drain(audited.Alerts));
        Assert.Equal(("read and write in turn", AuditSeverity.Medium, "1"), (alert.Rule, alert.Severity, alert.Key));
    }

    [Fact]
    public void ReadWriteRule_OtherThreadsBetween_StaysSilent()
    {
        using ShardMap<long, long> map = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(map);
        audited[1] = 0;
        for (int turn = 0; turn < 20; turn++)
        {
            audited[1] = audited[1] + 1;
            Thread other = new(() => audited.ContainsKey(1));
            other.Start();
            other.Join();
        }

        Assert.Empty(Drain(audited.Alerts));
    }

    [Fact]
    public void Rules_OfTheUser_SeeEveryOperationInOrderAndMayFail()
    {
        using ShardMap<long, long> map = new();
        AuditOptions<long> options = new() { PendingAlerts = 3 };
        options.Rules.Clear();
        options.Rules.Add(new Failing());
        options.Rules.Add(new EveryRemove());
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(map, options);
        for (int key = 0; key < 10; key++)
        {
            audited[key] = key;
            Assert.True(audited.TryRemove(key, out _));
        }

        // Nobody read: the oldest are gone, and the writers have not waited.
        Assert.Equal(["7", "8", "9"], Drain(audited.Alerts).Select(alert => alert.Key));
        Assert.Equal(7, audited.DroppedAlerts);
        Assert.Equal(20, audited.RuleFailures);
    }

    [Fact]
    public void GetRecent_MoreThanTheRingHolds_KeepsTheLast()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(
            map, new AuditOptions<long> { RecentOperations = 30 });
        for (long key = 0; key < 1000; key++)
        {
            audited.TryAdd(key, key);
        }

        Assert.Equal(
            Enumerable.Range(1000 - 32, 32).Select(key => (long)key), audited.GetRecent().Select(item => item.Key));
    }

    [Fact]
    public async Task Dispose_EndsTheAuditAndNotTheMap()
    {
        using ShardMap<long, long> map = new();
        AuditedShardMap<long, long, DefaultHasher<long>> audited = new(map);
        audited[1] = 1;
        audited.Dispose();
        audited.Dispose();
        audited[2] = 2;
        Assert.Equal(2, map.Count);
        Assert.Empty(audited.GetRecent());
        Assert.Equal(1, audited.GetCount(AuditOperation.Add));
        Assert.False(await audited.Alerts.WaitToReadAsync());
        Assert.Throws<ArgumentNullException>(() => new AuditedShardMap<long, long, DefaultHasher<long>>(null!));
    }

    [Fact]
    public void Operations_ManyThreads_AreAllCounted()
    {
        using ShardMap<long, long> map = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = new(map);
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 5000; i++)
            {
                audited[i % 100] = thread;
                audited.ContainsKey(i % 200);
            }
        });
        Assert.Equal(100, audited.GetCount(AuditOperation.Add));
        Assert.Equal(20_000, audited.GetCount(AuditOperation.Add) + audited.GetCount(AuditOperation.Update));
        Assert.Equal(20_000, audited.GetCount(AuditOperation.ReadHit) + audited.GetCount(AuditOperation.ReadMiss));
        Assert.Equal(0, audited.RuleFailures);
    }

    /// <summary>A map knows nothing of an audit: no type of it is in any field or method of the map.</summary>
    [Fact]
    public void ShardMap_WithoutAnAudit_HasNoTraceOfIt() =>
        Assert.DoesNotContain(
            typeof(ShardMap<,,>).GetFields(
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic),
            field => field.FieldType.Name.Contains("Audit", StringComparison.Ordinal));

    private static AuditAlert[] Drain(ChannelReader<AuditAlert> reader)
    {
        List<AuditAlert> alerts = [];
        while (reader.TryRead(out AuditAlert? alert))
        {
            alerts.Add(alert);
        }

        return [.. alerts];
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(long ticks) => _now += ticks;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);
    }

    private sealed class Failing : AuditRule<long>
    {
        public override string Name => "failing";

        public override AuditRule<long> CreateForShard() => new Failing();

        public override bool Observe(
            in AuditEvent<long> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message) =>
            throw new NotSupportedException();
    }

    private sealed class EveryRemove : AuditRule<long>
    {
        public override string Name => "remove";

        public override AuditRule<long> CreateForShard() => new EveryRemove();

        public override bool Observe(
            in AuditEvent<long> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message)
        {
            (severity, message) = (AuditSeverity.Low, "An entry was removed.");
            return auditEvent.Operation == AuditOperation.Remove;
        }
    }
}

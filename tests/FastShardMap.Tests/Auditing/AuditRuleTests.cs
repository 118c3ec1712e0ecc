namespace FastShardMap.Tests.Auditing;

/// <summary>Rules and clocks that use the map and the audit which they belong to.</summary>
public class AuditRuleTests
{
    [Fact]
    public void Rule_ThatUsesTheMap_IsNotObservedItself()
    {
        using ShardMap<long, long> map = new();
        AuditedShardMap<long, long, DefaultHasher<long>>? audited = null;
        using (audited = Create(map, key => audited!.ContainsKey(key)))
        {
            audited[1] = 2;
            audited[1] = 3;
            Assert.Equal((1, 1, 0), Counts(audited));
            Assert.Equal(0, audited.RuleFailures);
        }
    }

    /// <summary>Otherwise two rules, each inside the lock of its own audit, could wait for the other's.</summary>
    [Fact]
    public void Rule_ThatUsesAnAuditedMapOfOtherKeys_IsNotObservedThere()
    {
        using ShardMap<int, long> other = new();
        using AuditedShardMap<int, long> otherAudited = new(other);
        using ShardMap<long, long> map = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited =
            Create(map, key => otherAudited[(int)key] = key);
        audited[1] = 2;
        Assert.Equal((1, 1), (other[1], audited.GetCount(AuditOperation.Add)));
        Assert.Empty(otherAudited.GetRecent());
    }

    [Fact]
    public void Rule_ThatUsesTheAudit_Fails()
    {
        using ShardMap<long, long> map = new();
        AuditedShardMap<long, long, DefaultHasher<long>>? audited = null;
        Action<long>[] uses =
        [
            _ => audited!.GetCount(AuditOperation.Add), _ => audited!.GetRecent(), _ => audited!.Dispose(),
        ];
        foreach (Action<long> use in uses)
        {
            using (audited = Create(map, use))
            {
                audited[1] = 2;
                Assert.Equal(1, audited.RuleFailures);
                Assert.Single(audited.GetRecent());
            }
        }
    }

    [Fact]
    public void Rule_WhoseWaitIsInterrupted_LeavesTheInterruption()
    {
        using ShardMap<long, long> map = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = Create(map, _ =>
        {
            Thread.CurrentThread.Interrupt();
            Thread.Sleep(0);
            Thread.Sleep(1);
        });
        audited[1] = 2;
        Assert.Equal(1, audited.RuleFailures);
        Assert.Throws<ThreadInterruptedException>(() => Thread.Sleep(1));
    }

    [Fact]
    public void Clock_ThatThrows_LeavesTheOperationDoneAndRecorded()
    {
        using ShardMap<long, long> map = new();
        Clock clock = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = Create(map, clock);
        audited[1] = 2;
        clock.Read = static () => throw new InvalidTimeZoneException();
        Assert.True(audited.TryUpdate(1, 3, 2));
        Assert.Equal((3, 1), (map[1], audited.RuleFailures));
        Assert.All(audited.GetRecent(), recorded => Assert.Equal(Clock.First, recorded.Timestamp));
        Assert.Equal(2, audited.GetRecent().Count);
    }

    [Fact]
    public void Clock_ThatUsesTheMapOrTheAudit_IsNotObservedAndCannotDispose()
    {
        using ShardMap<long, long> map = new();
        Clock clock = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audited = Create(map, clock);
        clock.Read = () => audited[7] = 8;
        audited[1] = 2;
        Assert.Equal((2, 0), (map.Count, audited.RuleFailures));
        Assert.Single(audited.GetRecent());

        clock.Read = audited.Dispose;
        audited[1] = 3;
        Assert.Equal(1, audited.RuleFailures);
        Assert.Equal(2, audited.GetRecent().Count);
    }

    private static (long Adds, long Updates, long Reads) Counts(
        AuditedShardMap<long, long, DefaultHasher<long>> audited) =>
        (audited.GetCount(AuditOperation.Add),
            audited.GetCount(AuditOperation.Update),
            audited.GetCount(AuditOperation.ReadHit));

    private static AuditedShardMap<long, long, DefaultHasher<long>> Create(
        ShardMap<long, long> map, Action<long> observe)
    {
        AuditOptions<long> options = new();
        options.Rules.Clear();
        options.Rules.Add(new Rule(observe));
        return new AuditedShardMap<long, long, DefaultHasher<long>>(map, options);
    }

    private static AuditedShardMap<long, long, DefaultHasher<long>> Create(ShardMap<long, long> map, Clock clock)
    {
        AuditOptions<long> options = new() { TimeProvider = clock };
        options.Rules.Clear();
        return new AuditedShardMap<long, long, DefaultHasher<long>>(map, options);
    }

    private sealed class Clock : TimeProvider
    {
        public const long First = 5;

        public Action? Read { get; set; }

        public override long GetTimestamp()
        {
            Read?.Invoke();
            return First;
        }
    }

    private sealed class Rule(Action<long> observe) : AuditRule<long>
    {
        public override string Name => "user";

        public override AuditRule<long> CreateForShard() => this;

        public override bool Observe(
            in AuditEvent<long> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message)
        {
            severity = AuditSeverity.Low;
            message = null;
            observe(auditEvent.Key);
            return false;
        }
    }
}

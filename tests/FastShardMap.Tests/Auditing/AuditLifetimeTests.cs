using FastShardMap.Memory;

namespace FastShardMap.Tests.Auditing;

/// <summary>Where an audit begins and ends: what its options accept, and what its end gives back.</summary>
public class AuditLifetimeTests
{
    private const int Operations = 16 * 1024;

    [Fact]
    public void Dispose_Audit_GivesItsMemoryBackAtOnce()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        for (int round = 0; round < 40; round++)
        {
            AuditedShardMap<long, long, DefaultHasher<long>> audit = new(
                map, new AuditOptions<long> { RecentOperations = Operations });
            Arena arena = audit.Arena;
            audit[round] = round;
            Assert.InRange(arena.HeldBytes, 4 * Operations * 24, long.MaxValue);
            audit.Dispose();
            Assert.Equal((0, 0), (arena.LiveBytes, arena.HeldBytes));
            audit.Dispose();
            audit[round] = round + 1;
            Assert.Empty(audit.GetRecent());
            GC.KeepAlive(audit);
        }
    }

    [Fact]
    public void Dispose_OfSmallRings_ByManyThreadsDuringOperations_IsHarmless()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        for (int round = 0; round < 50; round++)
        {
            using AuditedShardMap<long, long, DefaultHasher<long>> audit = new(
                map, new AuditOptions<long> { RecentOperations = 16 });
            Parallel.For(0, 4, thread =>
            {
                for (int i = 0; i < 200; i++)
                {
                    audit[i] = thread;
                    Assert.InRange(audit.GetRecent().Count, 0, 4 * 16);
                }

                audit.Dispose();
            });
            Assert.Equal(0, audit.Arena.LiveBytes);
        }
    }

    [Fact]
    public void Options_Invalid_NameTheOption()
    {
        AuditOptions<long> options = new();
        Assert.Equal(
            nameof(options.TimeProvider),
            Assert.Throws<ArgumentNullException>(() => options.TimeProvider = null!).ParamName);
        Assert.Equal(
            nameof(options.RecentOperations),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.RecentOperations = 0).ParamName);
        Assert.Equal(
            nameof(options.RecentOperations),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.RecentOperations = 1_000_001).ParamName);
        Assert.Equal(
            nameof(options.PendingAlerts),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.PendingAlerts = 0).ParamName);
        Assert.Equal(
            (TimeProvider.System, 256, 1024), (options.TimeProvider, options.RecentOperations, options.PendingAlerts));
    }

    [Fact]
    public void Constructor_RuleNullOrWithoutCopy_IsRefused()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 2 });
        AuditOptions<long> withNull = new() { Rules = { null! } };
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => new AuditedShardMap<long, long, DefaultHasher<long>>(map, withNull));
        Assert.Equal("options", exception.ParamName);
        Assert.Contains("Rules", exception.Message, StringComparison.Ordinal);
        AuditOptions<long> withoutCopy = new() { Rules = { new Barren() } };
        exception = Assert.Throws<ArgumentException>(
            () => new AuditedShardMap<long, long, DefaultHasher<long>>(map, withoutCopy));
        Assert.Equal("options", exception.ParamName);
        Assert.Contains(nameof(Barren), exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new AuditedShardMap<long, long, DefaultHasher<long>>(null!));
    }

    [Fact]
    public void Operation_ThreadInterruptedWhileItIsRecorded_Returns()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 1 });
        using Slow rule = new();
        using AuditedShardMap<long, long, DefaultHasher<long>> audit = new(
            map, new AuditOptions<long> { Rules = { rule } });
        Thread holder = new(() => audit[1] = 1);
        holder.Start();
        rule.Inside.Wait(TestContext.Current.CancellationToken);
        bool added = false;
        bool pending = false;
        Thread second = new(() =>
        {
            added = audit.TryAdd(2, 2);
            pending = Record.Exception(static () => Thread.Sleep(1)) is ThreadInterruptedException;
        });
        second.Start();
        Assert.True(SpinWait.SpinUntil(() => map.ContainsKey(2), TimeSpan.FromMinutes(1)));
        second.Interrupt();
        Thread.Sleep(20);
        rule.Release.Set();
        second.Join();
        holder.Join();
        Assert.Equal((true, true, 2), (added, pending, audit.GetCount(AuditOperation.Add)));
    }

    private sealed class Barren : AuditRule<long>
    {
        public override string Name => "barren";

        public override AuditRule<long> CreateForShard() => null!;

        public override bool Observe(
            in AuditEvent<long> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message) =>
            throw new NotSupportedException();
    }

    private sealed class Slow : AuditRule<long>, IDisposable
    {
        public override string Name => "slow";

        public ManualResetEventSlim Inside { get; } = new();

        public ManualResetEventSlim Release { get; } = new();

        public override AuditRule<long> CreateForShard() => this;

        public override bool Observe(
            in AuditEvent<long> auditEvent, long ticksPerSecond, out AuditSeverity severity, out string? message)
        {
            (severity, message) = (AuditSeverity.Low, null);
            Inside.Set();
            Release.Wait();
            return false;
        }

        public void Dispose()
        {
            Inside.Dispose();
            Release.Dispose();
        }
    }
}

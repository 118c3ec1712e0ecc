using FastShardMap.Inspector.Audits;

namespace FastShardMap.Inspector.Tests.Audits;

public sealed class LatestOperationsTests
{
    [Fact]
    public void Add_MoreThanTheLimit_KeepsTheLatestInOrder()
    {
        LatestOperations latest = new(3);
        foreach (int second in (int[])[4, 1, 5, 2, 3])
        {
            latest.Add(Operation(second, thread: second));
            Assert.InRange(latest.Count, 1, 3);
        }

        Assert.Equal([3, 4, 5], latest.TakeAll().Select(static operation => operation.Thread));
    }

    [Fact]
    public void Add_EqualTimes_KeepsTheirOrder()
    {
        LatestOperations latest = new(int.MaxValue);
        for (int thread = 0; thread < 100; thread++)
        {
            latest.Add(Operation(second: 7, thread));
        }

        Assert.Equal(Enumerable.Range(0, 100), latest.TakeAll().Select(static operation => operation.Thread));
    }

    [Fact]
    public void Add_LimitOfNone_KeepsNone()
    {
        LatestOperations latest = new(0);
        latest.Add(Operation(1, 1));

        Assert.Empty(latest.TakeAll());
    }

    private static AuditedOperation Operation(int second, int thread) =>
        new(DateTime.UnixEpoch.AddSeconds(second), second, thread, "Set", 0, 1UL);
}

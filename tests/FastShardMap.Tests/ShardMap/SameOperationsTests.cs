namespace FastShardMap.Tests;

/// <summary>The operations of exclusive phases, audited maps and other locking strategies, against the map's own.
/// </summary>
public class SameOperationsTests
{
    [Fact]
    public void Exclusive_AllOperations_DoWhatTheMapDoes()
    {
        using ShardMap<int, int> map = new();
        using ShardMapExclusive<int, int> phase = map.EnterExclusive();
        Assert.True(phase.IsEmpty);
        Assert.Same(phase, map.Exclusive);
        Assert.Equal(1, phase.GetOrAdd(1, 1));
        Assert.Equal(1, phase.GetOrAdd(1, 2));
        Assert.Equal(20, phase.GetOrAdd(2, static key => key * 10));
        Assert.Equal(33, phase.GetOrAdd(3, static (key, factor) => key * factor, 11));
        Assert.Equal(1, phase.AddOrUpdate(4, 1, static (_, old) => old + 1));
        Assert.Equal(2, phase.AddOrUpdate(4, 1, static (_, old) => old + 1));
        Assert.Equal(12, phase.AddOrUpdate(4, static (_, by) => by, static (_, old, by) => old + by, 10));
        Assert.True(phase.TryUpdate(4, 2, comparisonValue: 12));
        Assert.False(phase.TryUpdate(4, 9, comparisonValue: 1));
        Assert.True(phase.TryUpdate(4, 9, comparisonValue: 2));
        Assert.True(phase.TryUpdate(4, static (ref int value, int by) => value += by, 5));
        Assert.False(phase.TryUpdate(99, static (ref int value, int by) => value += by, 5));
        Assert.True(phase.TryExchange(4, 7, out int old));
        Assert.Equal(14, old);
        Assert.True(phase.TryUpdateOrRemove(4, static (ref int value, int by) => (value -= by) > 0, 3));
        Assert.Equal(4, phase[4]);
        Assert.True(phase.TryUpdateOrRemove(4, static (ref int value, int by) => (value -= by) > 0, 4));
        Assert.False(phase.ContainsKey(4));
        Assert.False(phase.TryRemove(new KeyValuePair<int, int>(3, 1)));
        Assert.True(phase.TryRemove(new KeyValuePair<int, int>(3, 33)));
        Assert.Equal(2, phase.Increment(1));
        Assert.Equal(5, phase.AddDelta(5, 5));
        Assert.Equal(3, phase.Count);
    }

    [Fact]
    public void Exclusive_NumbersOfOtherTypes_Convert()
    {
        using ShardMap<ulong, long> map = new();
        using ShardMapExclusive<ulong, long> phase = map.EnterExclusive();
        Assert.Equal(1, phase.Increment(42));
        Assert.Equal(6, phase.AddDelta(42, 5));
        phase.AddDeltaRange([42, 43], 2);
        phase.AddDeltaRange([42, 44], [1, 7]);
        Assert.Equal((9L, 2L, 7L), (phase[42], phase[43], phase[44]));
    }

    [Fact]
    public void Exclusive_Ranges_WriteAndRead()
    {
        using ShardMap<int, int> map = new();
        using ShardMapExclusive<int, int> phase = map.EnterExclusive();
        bool[] flags = new bool[3];
        Assert.Equal(2, phase.TryAddRange([1, 2, 1], [10, 20, 30], flags));
        Assert.Equal([true, true, false], flags);
        Assert.Equal(1, phase.TryAddRange([2, 3], [0, 30]));
        phase.SetRange([3, 4], [31, 40]);
        int[] values = new int[3];
        Assert.Equal(2, phase.TryGetValues([1, 9, 3], values, flags));
        Assert.Equal([10, 0, 31], values);
        Assert.Equal(1, phase.TryRemoveRange([1, 9, 1], flags));
        Assert.Equal([true, false, false], flags);
        Assert.Equal(3, phase.TryRemoveRange([2, 3, 4]));
        Assert.True(phase.IsEmpty);
        Assert.Throws<ArgumentException>(() => phase.SetRange([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => phase.TryAddRange([1, 2], [1, 2], new bool[1]));
        Assert.Throws<ArgumentException>("deltas", () => phase.AddDeltaRange([1, 2], [1]));
        Assert.True(phase.IsEmpty);
    }

    [Fact]
    public void Exclusive_AdditionsOfARange_AddUp()
    {
        using ShardMap<int, int> map = new();
        ShardMapExclusive<int, int> phase = map.EnterExclusive();
        int[] keys = [1, 2, 1, 3];
        phase.AddDeltaRange(keys, [10, 20, 30, 40]);
        phase.AddDeltaRange(keys.AsSpan(), 1);
        phase.AddDeltaRange([], 1);
        Assert.Equal([42, 21, 41], new[] { phase[1], phase[2], phase[3] });
        Assert.Throws<InvalidOperationException>(
            () => phase.AddOrUpdate(1, 0, (_, _) =>
            {
                phase.AddDeltaRange(keys, 1);
                return 0;
            }));
        Assert.Throws<ArgumentNullException>(
            "phase", () => ((ShardMapExclusive<int, int>)null!).AddDeltaRange([1], 1));
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.AddDeltaRange(keys, 1));
        Assert.Throws<ObjectDisposedException>(() => phase.AddDeltaRange([], 1));
        Assert.Equal((42, 3), (map[1], map.Count));
    }

    [Fact]
    public void Exclusive_RangeOfAnotherThread_Throws()
    {
        using ShardMap<int, int> map = new();
        using ShardMapExclusive<int, int> phase = map.EnterExclusive();
        Exception? failure = null;
        Thread other = new(() => failure = Record.Exception(() => phase.SetRange([1], [1])));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(failure);
        Assert.Contains("SetRange", failure.Message);
        Assert.True(phase.IsEmpty);
    }

    [Fact]
    public void Audited_AllOperations_AreRecorded()
    {
        using ShardMap<int, int> map = new();
        using AuditedShardMap<int, int> audited = new(map);
        Assert.Equal(1, audited.GetOrAdd(1, static key => key));
        Assert.Equal(2, audited.GetOrAdd(2, static (key, by) => key * by, 1));
        Assert.Equal(1, audited.GetOrAdd(1, static _ => throw new InvalidOperationException("present")));
        Assert.Equal(3, audited.AddOrUpdate(3, static (_, by) => by, static (_, old, by) => old + by, 3));
        Assert.Equal((3L, 1L), (audited.GetCount(AuditOperation.Add), audited.GetCount(AuditOperation.ReadHit)));

        Assert.True(audited.TryUpdate(3, static (ref int value, int by) => value += by, 4));
        Assert.True(audited.TryUpdateOrRemove(3, static (ref int value, int by) => value > by, 1));
        Assert.True(audited.TryUpdateOrRemove(3, static (ref int value, int by) => value > by, 100));
        Assert.False(audited.TryUpdate(3, static (ref int value, int by) => value += by, 4));
        Assert.Equal(2, audited.GetCount(AuditOperation.Update));
        Assert.Equal(1, audited.GetCount(AuditOperation.Remove));
        Assert.Equal(1, audited.GetCount(AuditOperation.Refused));

        Assert.Equal(2, audited.Increment(1));
        Assert.Equal(5, audited.AddDelta(4, 5));
        Assert.Equal((4L, 3L), (audited.GetCount(AuditOperation.Add), audited.GetCount(AuditOperation.Update)));
        Assert.Equal(3, audited.Count);
    }

    [Fact]
    public void Audited_Ranges_AreRecordedPerKey()
    {
        using ShardMap<int, int> map = new();
        using AuditedShardMap<int, int> audited = new(map);
        Assert.Equal(2, audited.TryAddRange([1, 2, 1], [10, 20, 30]));
        audited.SetRange([2, 3], [21, 30]);
        int[] values = new int[2];
        bool[] found = new bool[2];
        Assert.Equal(1, audited.TryGetValues([2, 9], values, found));
        Assert.Equal([21, 0], values);
        Assert.Equal(1, audited.TryRemoveRange([3, 9]));
        Assert.Equal(
            [3L, 1, 1, 2, 1, 1],
            new[]
            {
                AuditOperation.Add, AuditOperation.Update, AuditOperation.Remove, AuditOperation.Refused,
                AuditOperation.ReadHit, AuditOperation.ReadMiss,
            }.Select(audited.GetCount));
        Assert.Throws<ArgumentException>(() => audited.SetRange([1], []));
    }

    [Fact]
    public void Audited_RangesThatReport_AreRecordedPerKey()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedShardMap<int, int> audited = new(map);
        bool[] flags = new bool[3];
        Assert.Equal(2, audited.TryAddRange([1, 2, 1], [10, 20, 30], flags));
        Assert.Equal([true, true, false], flags);
        Assert.Equal(1, audited.TryRemoveRange([1, 9, 1], flags));
        Assert.Equal([true, false, false], flags);
        audited.AddDeltaRange([2, 3], [1, 5]);
        audited.AddDeltaRange([2, 2], 100);
        Assert.Equal((221, 5, 2), (map[2], map[3], map.Count));
        Assert.Equal(
            [
                (AuditOperation.Add, 1), (AuditOperation.Add, 2), (AuditOperation.Refused, 1),
                (AuditOperation.Remove, 1), (AuditOperation.Refused, 9), (AuditOperation.Refused, 1),
                (AuditOperation.Update, 2), (AuditOperation.Add, 3),
                (AuditOperation.Update, 2), (AuditOperation.Update, 2),
            ],
            audited.GetRecent().Select(static item => (item.Operation, item.Key)));
        Assert.Throws<ArgumentException>("added", () => audited.TryAddRange([1, 2], [1, 2], flags.AsSpan(2)));
        Assert.Throws<ArgumentException>("values", () => audited.TryAddRange([1, 2], [1], flags));
        Assert.Throws<ArgumentException>("removed", () => audited.TryRemoveRange([2, 3], flags.AsSpan(2)));
        Assert.Throws<ArgumentException>("deltas", () => audited.AddDeltaRange([2, 3], [1]));
        Assert.Throws<ArgumentNullException>(
            "map", () => ((AuditedShardMap<int, int>)null!).AddDeltaRange([1], 1));
        Assert.Equal(10, audited.GetRecent().Count);
    }

    [Fact]
    public void Audited_NumbersOfOtherTypes_Convert()
    {
        using ShardMap<ulong, long> map = new();
        using AuditedShardMap<ulong, long> audited = new(map);
        audited.AddDeltaRange([42, 43], 2);
        audited.AddDeltaRange([42, 44], [1, 7]);
        Assert.Equal((3L, 2L, 7L), (map[42], map[43], map[44]));
    }

    [Fact]
    public void Interface_RangesOfEveryLockingStrategy_Agree()
    {
        IConcurrentMap<int, int>[] maps =
        [
            new ShardMap<int, int>(),
            new GuardedShardMap<int, int, MutexGuard>(),
            new GuardedShardMap<int, int, ReaderWriterGuard>(),
            new ChannelShardMap<int, int>(),
        ];
        foreach (IConcurrentMap<int, int> map in maps)
        {
            using (map)
            {
                Assert.Equal(2, map.TryAddRange([1, 2, 1], [10, 20, 30]));
                map.SetRange([2, 3], [21, 31]);
                int[] values = new int[4];
                bool[] found = new bool[4];
                Assert.Equal(3, map.TryGetValues([1, 2, 3, 4], values, found));
                Assert.Equal([10, 21, 31, 0], values);
                Assert.Equal([true, true, true, false], found);
                Assert.Equal(2, map.TryRemoveRange([1, 4, 3]));
                Assert.Equal(1, map.Count);
                Assert.Throws<ArgumentException>(() => map.TryAddRange([1], []));
                Assert.Throws<ArgumentException>(() => map.TryGetValues([1], [], new bool[1]));
            }
        }
    }
}

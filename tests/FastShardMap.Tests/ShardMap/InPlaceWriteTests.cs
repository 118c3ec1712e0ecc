using FastShardMap.Layout;

namespace FastShardMap.Tests;

/// <summary>Replacing the value of a present key without the shard's lock (Shard.InPlace.cs).</summary>
public sealed unsafe class InPlaceWriteTests
{
    private static readonly ulong s_lockedByNobody = FastShardMap.Layout.VersionWord.LockedBy(int.MaxValue).Word;

    [Fact]
    public void Writes_ThatKeepTheKey_ChangeTheVersionOnceAndTheWriteSideNever()
    {
        using ShardMap<ulong, ulong> map = OneGroup();
        WriteSide before = *Side(map);
        ulong version = GroupOf(map)->Version;
        map[1] = 7;
        Assert.True(map.TryExchange(1, 8, out ulong old));
        Assert.True(map.TryUpdate(1, 9, 8));
        Assert.Equal(10UL, map.Increment(1UL));
        Assert.Equal(7UL, old);
        Assert.Equal(version + (4 * 0x8_0000), GroupOf(map)->Version);
        Assert.True(before.Equals(*Side(map)));
    }

    [Fact]
    public void TryUpdate_OtherValue_LeavesTheVersion()
    {
        using ShardMap<ulong, ulong> map = OneGroup();
        ulong version = GroupOf(map)->Version;
        Assert.False(map.TryUpdate(1, 9, comparisonValue: 12345));
        Assert.Equal(1UL, map[1]);
        Assert.Equal(version, GroupOf(map)->Version);
    }

    /// <summary>
    /// Owners of the lock wait for a holder, each in its way; readers come again until they wait with them.
    /// </summary>
    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("read")]
    [InlineData("insert")]
    [InlineData("upsert")]
    [InlineData("enumerate")]
    public void Operation_OnAHeldGroup_WaitsForTheHolder(string operation)
    {
        using ShardMap<ulong, ulong> map = OneGroup();
        Group* group = GroupOf(map);
        ulong version = group->Version;
        Volatile.Write(ref group->Version, s_lockedByNobody);
        Task<bool> other = Task.Factory.StartNew(
            () =>
            {
                switch (operation)
                {
                    case "set":
                        map[1] = 50;
                        return true;
                    case "remove":
                        return map.TryRemove(1, out ulong removed) && removed == 40;
                    case "read":
                        return map.TryGetValue(1, out ulong read) && read == 40;
                    case "enumerate":
                        return map.Single().Value == 40;
                    case "insert":
                        return map.TryAdd(5, 50);
                    default:
                        return map.AddOrUpdate(1, static _ => 0, static (_, value) => value + 1) == 41;
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        // It is given time to go wrong; if it never comes to run, the test proves less, but does not fail.
        Assert.False(other.Wait(50, TestContext.Current.CancellationToken));
        *(ulong*)((byte*)group + GroupShape.HeaderBytes + sizeof(ulong)) = 40;
        Volatile.Write(ref group->Version, version + 0x8_0000);
        Assert.True(other.GetAwaiter().GetResult());
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void CopiesOfAllEntries_WaitForThreadsThatSayTheyAreChangingOne()
    {
        using ShardMap<ulong, ulong> map = OneGroup();
        using ManualResetEventSlim said = new();
        using ManualResetEventSlim end = new();
        WriteSide* side = Side(map);
        Thread changer = new(() =>
        {
            Sharding.ThreadState.Current.AnnounceWrite(side);
            said.Set();
            end.Wait();
            Sharding.ThreadState.Current.EndWrite();
        });
        changer.Start();
        said.Wait(TestContext.Current.CancellationToken);
        Task[] copies =
        [
            Run(() => map.ToArray()),
            Run(() => map.Snapshot().Dispose()),
            Run(map.Clear),
        ];
        Assert.Equal(-1, Task.WaitAny(copies, 50, TestContext.Current.CancellationToken));
        end.Set();
        changer.Join();
        Task.WaitAll(copies, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Writes_OfOneKeyByManyThreads_AreAllCounted()
    {
        const int PerThread = 20_000;
        int threads = Math.Max(2, Environment.ProcessorCount);
        using ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 1 });
        map[0] = 0;
        Task[] tasks = [.. Enumerable.Range(0, threads).Select(_ => Run(() =>
        {
            for (int i = 0; i < PerThread; i++)
            {
                map.Increment(i % 7);
            }
        }))];
        int next = 100;
        while (!Task.WaitAll(tasks, 0, TestContext.Current.CancellationToken))
        {
            // Growth, removal, copies and snapshots in between.
            map[next] = 0;
            Assert.True(map.TryRemove(next++, out _));
            using (map.Snapshot())
            {
                Assert.InRange(map.ToArray().Sum(static entry => entry.Value), 0, threads * PerThread);
            }

            map.TrimExcess();
        }

        Assert.Equal(threads * PerThread, map.ToArray().Sum(static entry => entry.Value));
    }

    [Fact]
    public void Write_InACallback_IsRefused()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 4 });
        for (ulong key = 0; key < 50; key++)
        {
            map[key] = key;
        }

        map.AddOrUpdate(1, static _ => 0, (_, value) =>
        {
            for (ulong key = 0; key < 50; key++)
            {
                Assert.Throws<InvalidOperationException>(() => map[key] = 0);
            }

            return value + 1;
        });
        Assert.Equal((ulong)(50 * 49 / 2) + 1, (ulong)map.Sum(static entry => (long)entry.Value));
    }

    private static Task Run(Action action) => Task.Factory.StartNew(
        action, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static ShardMap<ulong, ulong> OneGroup()
    {
        ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        return map;
    }

    private static Group* GroupOf(ShardMap<ulong, ulong> map) => (Group*)map.Shards.Header->Views[0].Current.Base;

    private static WriteSide* Side(ShardMap<ulong, ulong> map) => map.Shards.Header->WriteSides;
}

using FastShardMap.Memory;
using FastShardMap.Tests.Snapshots;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Synchronization;

/// <summary>What every back end must do, whatever synchronises it.</summary>
public abstract class ConcurrentMapContractTests
{
    protected abstract IConcurrentMap<long, long> Create(int shards);

    /// <summary>
    /// Hazard H23, in every back end: a call that an interruption ends has not happened, and nothing leaks.
    /// </summary>
    [Fact]
    public void Operations_Interrupted_HaveHappenedOrNot()
    {
        using IConcurrentMap<long, long> map = Create(shards: 2);
        Race race = new(Soak.Time(0.5));
        Thread? operatorThread = null;
        race.Once("operator", () =>
        {
            FaultInjection.Wait = static () => Thread.CurrentThread.Interrupt();
            Volatile.Write(ref operatorThread, Thread.CurrentThread);
            InterruptedBackEnd it = new(map);
            do
            {
                it.PerformAll();
            }
            while (race.Goes);
            FaultInjection.Wait = null;
            Volatile.Write(ref operatorThread, null);
            _ = Record.Exception(static () => Thread.Sleep(0));
        });
        race.Loop("interrupter", _ =>
        {
            Volatile.Read(ref operatorThread)?.Interrupt();
            Thread.SpinWait(2000);
        });
        for (int writer = 0; writer < 6; writer++)
        {
            int own = writer;
            race.Loop($"writer {own}", round =>
            {
                map[round % 16] = round;
                map.TryAdd(1000 + own, round);
                map.TryRemove(1000 + own, out _);
            });
        }

        race.Run();
        new Race(TimeSpan.FromSeconds(20)).Once("after", () =>
        {
            map[1] = 7;
            Assert.Equal(7, map[1]);
            map.Clear();
            Assert.Equal(0, map.Count);
        }).Run();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Operations_Random_AgreeWithADictionary(int seed)
    {
        using IConcurrentMap<long, long> map = Create(shards: seed);
        Dictionary<long, long> model = [];
        Random random = new(seed);
        for (int step = 0; step < 4000; step++)
        {
            long key = random.Next(200);
            bool present = model.TryGetValue(key, out long value);
            switch (random.Next(7))
            {
                case 0:
                    map[key] = model[key] = step;
                    break;
                case 1:
                    Assert.Equal(model.TryAdd(key, step), map.TryAdd(key, step));
                    break;
                case 2:
                    Assert.Equal(model.Remove(key), map.TryRemove(key, out long removed));
                    Assert.Equal(value, removed);
                    break;
                case 3:
                    Assert.Equal(present, map.TryGetValue(key, out long found));
                    Assert.Equal(value, found);
                    break;
                case 4:
                    long comparison = random.Next(2) == 0 ? value : -1;
                    bool replaced = present && comparison == value;
                    Assert.Equal(replaced, map.TryUpdate(key, step, comparison));
                    model[key] = replaced ? step : value;
                    if (!present)
                    {
                        model.Remove(key);
                    }

                    break;
                case 5:
                    model[key] = present ? value + 1 : key;
                    Assert.Equal(model[key], map.AddOrUpdate(key, created => created, (_, old) => old + 1));
                    break;
                case 6 when random.Next(150) == 0:
                    map.Clear();
                    model.Clear();
                    break;
                default:
                    break;
            }
        }

        Assert.Equal(model.Count, map.Count);
        TinyMaps.AssertSame(model, map.ToArray());
    }

    [Fact]
    public void Operations_ManyThreads_LoseNothing()
    {
        using IConcurrentMap<long, long> map = Create(shards: 4);
        Parallel.For(0, 4, thread =>
        {
            for (int i = 0; i < 2000; i++)
            {
                map.AddOrUpdate(i % 50, _ => 1, (_, old) => old + 1);
                Assert.True(map.TryAdd(1000 + (thread * 2000) + i, i));
                if (i % 2 == 0)
                {
                    Assert.True(map.TryRemove(1000 + (thread * 2000) + i, out long value));
                    Assert.Equal(i, value);
                }
            }
        });
        Assert.Equal(50 + 4000, map.Count);
        for (long key = 0; key < 50; key++)
        {
            Assert.Equal(4 * 2000 / 50, map[key]);
        }
    }

    [Fact]
    public void Callbacks_ThatThrowOrCallBack_ChangeNothing()
    {
        using IConcurrentMap<long, long> map = Create(shards: 1);
        map[1] = 1;
        Assert.Throws<NotSupportedException>(
            () => map.AddOrUpdate(1, key => key, (_, _) => throw new NotSupportedException()));
        Assert.Throws<NotSupportedException>(
            () => map.AddOrUpdate(2, _ => throw new NotSupportedException(), (_, old) => old));
        Assert.Throws<InvalidOperationException>(() => map.AddOrUpdate(2, _ => map[3] = 3, (_, old) => old));
        Assert.Throws<ArgumentNullException>(() => map.AddOrUpdate(1, null!, (_, old) => old));
        Assert.Throws<ArgumentNullException>(() => map.AddOrUpdate(1, key => key, null!));
        Assert.Throws<KeyNotFoundException>(() => map[2]);
        Assert.Equal([new KeyValuePair<long, long>(1, 1)], map.ToArray());
        map[1] = 2;
        Assert.Equal(2, map[1]);
    }

    [Fact]
    public void Dispose_Twice_RefusesEverythingAfter()
    {
        IConcurrentMap<long, long> map = Create(shards: 2);
        map[1] = 1;
        map.Dispose();
        map.Dispose();
        Assert.All<Action>(
            [
                () => map.TryGetValue(1, out _), () => map[1] = 1, () => map.TryAdd(1, 1), () => map.TryUpdate(1, 1, 1),
                () => map.TryRemove(1, out _), () => map.AddOrUpdate(1, key => key, (_, old) => old), map.Clear,
                () => map.ToArray(), () => _ = map.Count,
            ],
            call => Assert.Throws<ObjectDisposedException>(call));
    }

    [Fact]
    public void Dispose_ByManyThreads_HappensOnce()
    {
        for (int round = 0; round < 100; round++)
        {
            IConcurrentMap<long, long> map = Create(shards: 4);
            map[1] = 1;
            Race race = new(TimeSpan.FromSeconds(20));
            for (int thread = 0; thread < 3; thread++)
            {
                race.Once($"dispose {thread}", map.Dispose);
            }

            race.Run();
            Assert.Throws<ObjectDisposedException>(() => map[1]);
        }
    }

    [Fact]
    public void Dispose_WhileOthersWork_EndsThemWithAnAnswer()
    {
        for (int round = 0; round < 10; round++)
        {
            IConcurrentMap<long, long> map = Create(shards: 2);
            using Barrier barrier = new(3);
            Task[] workers = [.. Enumerable.Range(0, 2).Select(worker => Task.Factory.StartNew(
                () =>
                {
                    barrier.SignalAndWait();
                    for (long key = 0; ; key++)
                    {
                        map[(key * 2) + worker] = key;
                    }
                },
                TaskCreationOptions.LongRunning))];
            barrier.SignalAndWait();
            Thread.Sleep(2);
            map.Dispose();
            foreach (Task worker in workers)
            {
                AggregateException exception = Assert.Throws<AggregateException>(
                    () => worker.Wait(TimeSpan.FromSeconds(60)));
                Assert.IsType<ObjectDisposedException>(exception.InnerException);
            }
        }
    }
}

public class SeqLockContractTests : ConcurrentMapContractTests
{
    protected override IConcurrentMap<long, long> Create(int shards) =>
        new ShardMap<long, long>(TinyMaps.Options(shards));
}

public class MutexContractTests : ConcurrentMapContractTests
{
    /// <summary>The framework's lock would let its own thread in again.</summary>
    [Fact]
    public void Read_KeysEqualsWrites_IsRefused()
    {
        using GuardedShardMap<HookedKey, int, MutexGuard> map = new();
        HookedKey key = new(1);
        map[key] = 10;
        HookedKey.OnEquals = _ => map[key] = 11;
        try
        {
            Assert.Throws<InvalidOperationException>(() => map.TryGetValue(key, out _));
        }
        finally
        {
            HookedKey.OnEquals = null;
        }

        Assert.Equal(10, map[key]);
    }

    protected override IConcurrentMap<long, long> Create(int shards) =>
        new GuardedShardMap<long, long, MutexGuard>(shards);
}

public class ReaderWriterContractTests : ConcurrentMapContractTests
{
    protected override IConcurrentMap<long, long> Create(int shards) =>
        new GuardedShardMap<long, long, ReaderWriterGuard>(shards);
}

public class ChannelContractTests : ConcurrentMapContractTests
{
    protected override IConcurrentMap<long, long> Create(int shards) =>
        new ChannelShardMap<long, long>(shards, queueLength: 4);

    [Fact]
    public async Task DisposeAsync_OperationsPending_AnswersThemAll()
    {
        for (int round = 0; round < 20; round++)
        {
            ChannelShardMap<long, long> map = new(shardCount: 1, queueLength: 2);
            using ManualResetEventSlim release = new();
            Task<long> stuck = map.AddOrUpdateAsync(
                0,
                _ =>
                {
                    release.Wait();
                    return 7;
                },
                (_, old) => old).AsTask();
            Task<bool>[] pending = [.. Enumerable.Range(1, 6).Select(key => map.TryAddAsync(key, key).AsTask())];
            Task disposing = map.DisposeAsync().AsTask();
            Assert.False(disposing.IsCompleted);
            release.Set();
            await disposing.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(7, await stuck);
            foreach (Task<bool> task in pending)
            {
                // Performed if the queue had room, refused if it was still waiting for it.
                Exception? exception = await Record.ExceptionAsync(() => task.WaitAsync(TimeSpan.FromSeconds(60)));
                Assert.True(
                    exception is null ? await task : exception is ObjectDisposedException, exception?.ToString());
            }

            Assert.Contains(pending, task => task.IsCompletedSuccessfully);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => map.TryGetValueAsync(1).AsTask());
        }
    }

    [Fact]
    public async Task AsyncForms_All_DoAsTheSynchronousOnes()
    {
        await using ChannelShardMap<long, long> map = new(2);
        Assert.True(await map.SetAsync(1, 10));
        Assert.False(await map.SetAsync(1, 11));
        Assert.True(await map.TryAddAsync(2, 20));
        Assert.False(await map.TryAddAsync(2, 21));
        Assert.True(await map.TryUpdateAsync(2, 22, 20));
        Assert.Equal((true, 22), await map.TryGetValueAsync(2));
        Assert.Equal(23, await map.AddOrUpdateAsync(2, _ => 0, (_, old) => old + 1));
        Assert.Equal((true, 23), await map.TryRemoveAsync(2));
        Assert.Equal((false, 0), await map.TryRemoveAsync(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelShardMap<long, long>(1, 0));
    }
}

using FastShardMap.Synchronization;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ChannelShardMap<long, long>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H27: a back end starved by the callers it serves.</summary>
[Collection(SerialTests.Name)]
public sealed class H27OwnerStarvationTests
{
    private const int PoolThreads = 8;
    private const int Callers = 200;

    /// <summary>Every thread of the pool waits for answers, and there are no more threads to be had.</summary>
    [Fact]
    public void Operations_CallersBlockAllOfTheThreadPool_AreAnswered() =>
        ChildProcess.RunTest(":", typeof(H27OwnerStarvationTests), nameof(InAChild_BlocksAllOfTheThreadPool));

    [Fact(Explicit = true)]
    public void InAChild_BlocksAllOfTheThreadPool()
    {
        Assert.True(ThreadPool.SetMinThreads(PoolThreads, 1) && ThreadPool.SetMaxThreads(PoolThreads, PoolThreads));
        Map map = new(shardCount: 4, queueLength: 1);
        using CountdownEvent left = new(Callers);

        // Not one caller begins before all threads of the pool are callers, but for those that the test runner has: so
        // none is left for anything else.
        using ManualResetEventSlim begin = new();
        int arrived = 0;
        for (int caller = 0; caller < Callers; caller++)
        {
            int number = caller;
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref arrived);
                    begin.Wait();
                    for (int i = 0; i < 50; i++)
                    {
                        map[number] = i;
                        map.AddOrUpdate(-1, static _ => 1, static (_, old) => old + 1);
                        Assert.True(map.TryGetValue(number, out long value));
                        Assert.Equal(i, value);
                    }

                    Assert.InRange(map.Count, 2, Callers + 1);
                    Assert.InRange(map.ToArray().Length, 2, Callers + 1);
                    left.Signal();
                },
                null);
        }

        AwaitAll(ref arrived);
        begin.Set();
        Assert.True(left.Wait(TimeSpan.FromMinutes(2)), $"{left.CurrentCount} callers of {Callers} have no answers.");
        Assert.Equal(Callers * 50, map[-1]);

        // And the end needs no pool either.
        int blocked = 0;
        ManualResetEventSlim release = new(); // not disposed: some come after this test
        for (int thread = 0; thread < 2 * PoolThreads; thread++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref blocked);
                    release.Wait();
                },
                null);
        }

        AwaitAll(ref blocked);
        Thread disposer = new(map.Dispose);
        disposer.Start();
        Assert.True(disposer.Join(TimeSpan.FromMinutes(2)), "Dispose waits for the pool.");
        release.Set();
    }

    /// <summary>Each callback waits for the next map: more of them at once than there are threads at first.</summary>
    [Fact]
    public void Callbacks_WaitForOtherMaps_AreNotStarvedByEachOther()
    {
        Map[] maps =
        [
            .. Enumerable.Range(0, (2 * Math.Max(2, Environment.ProcessorCount)) + 2).Select(
                _ => new Map(shardCount: 1)),
        ];
        Task<long> deepest = Task.Factory.StartNew(() => Descend(maps, 0), TaskCreationOptions.LongRunning);
        Assert.True(deepest.Wait(TimeSpan.FromMinutes(2)), "The owners have starved each other.");
        Assert.Equal(maps.Length, deepest.Result);
        Array.ForEach(maps, map => map.Dispose());
    }

    [Fact]
    public void Threads_OfManyMaps_AreAsManyAsProcessors()
    {
        Map[] maps = [.. Enumerable.Range(0, 50).Select(_ => new Map(shardCount: 64))];
        int most = 0;
        Parallel.For(0, 20_000, i =>
        {
            maps[i % maps.Length][i] = i;
            InterlockedMax(ref most, OwnerThreads.Threads.Count);
        });
        Array.ForEach(maps, map => map.Dispose());

        // On a busy machine the threads may have stood still for long enough to get help.
        Assert.InRange(most, 1, Math.Max(2, Environment.ProcessorCount) + 8);
        TimeSpan limit = OwnerThreads.Threads.IdleLimit;
        OwnerThreads.Threads.IdleLimit = TimeSpan.FromMilliseconds(20);
        try
        {
            using Map another = new(shardCount: 1);
            another[1] = 1;
            Assert.True(
                SpinWait.SpinUntil(static () => OwnerThreads.Threads.Count == 0, TimeSpan.FromMinutes(1)),
                "Threads of the owners are left.");
        }
        finally
        {
            OwnerThreads.Threads.IdleLimit = limit;
        }
    }

    [Fact]
    public void Operation_ThreadInterruptedMeanwhile_IsAnsweredAndTheInterruptionStaysPending()
    {
        using Map map = new(shardCount: 1);
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim release = new();
        long stored = 0;
        bool pending = false;
        Thread caller = new(() =>
        {
            stored = map.AddOrUpdate(
                1,
                _ =>
                {
                    inside.Set();
                    release.Wait();
                    return 7;
                },
                (_, old) => old);
            pending = Record.Exception(static () => Thread.Sleep(1)) is ThreadInterruptedException;
        });
        caller.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        caller.Interrupt();
        Thread.Sleep(20);
        release.Set();
        caller.Join();
        Assert.Equal((7, true), (stored, pending));
    }

    // The work items that have come are as many as will come.
    private static void AwaitAll(ref int arrived)
    {
        for (int seen = -1; seen != Volatile.Read(ref arrived) || seen < PoolThreads / 2;)
        {
            seen = Volatile.Read(ref arrived);
            Thread.Sleep(1000);
        }
    }

    private static long Descend(Map[] maps, int depth) =>
        depth == maps.Length
            ? depth
            : maps[depth].AddOrUpdate(0, _ => Descend(maps, depth + 1), static (_, old) => old);

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen;)
        {
            int found = Interlocked.CompareExchange(ref most, value, seen);
            seen = found == seen ? value : found;
        }
    }
}
